"""Which engines each operating system packages, where they keep their files, and what follows from that."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from rigwright.settings.platform import Os

EngineName = Literal["redis", "valkey"]


@dataclass(frozen=True)
class Engine:
    """One engine as Debian packages it. Valkey is the same server under another name.

    Attributes:
        version: Upstream version that the files are rendered for.
    """

    name: EngineName
    version: tuple[int, int]

    @property
    def package(self) -> str:
        """Name of the package, of the program and of the unit."""
        return f"{self.name}-server"

    @property
    def unit(self) -> str:
        """The unit."""
        return f"{self.package}.service"

    @property
    def folder(self) -> str:
        """Where its configuration is."""
        return f"/etc/{self.name}"

    @property
    def data(self) -> str:
        """Where its data is."""
        return f"/var/lib/{self.name}"

    @property
    def user(self) -> str:
        """The user and the group that it runs as."""
        return self.name

    @property
    def socket(self) -> str:
        """The socket by which root queries it, whatever its port is."""
        return f"/run/{self.name}/{self.package}.sock"

    @property
    def channels(self) -> bool:
        """Rules for channels (``&pattern``) came with 6.2; before it every user has all channels."""
        return self.version >= (6, 2)


ENGINES: Mapping[Os, tuple[Engine, ...]] = {
    "debian12": (Engine("redis", (7, 0)),),
    "debian13": (Engine("redis", (8, 0)), Engine("valkey", (8, 1))),
    "ubuntu2204": (Engine("redis", (6, 0)),),
    "ubuntu2404": (Engine("redis", (7, 0)), Engine("valkey", (7, 2))),
}
