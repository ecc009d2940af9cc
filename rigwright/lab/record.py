"""What the lab knows of one host and keeps in its folder: its name, its addresses, and how to log in."""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from typing_extensions import Self

from rigwright.errors import RigError
from rigwright.lab import paths
from rigwright.lab.recipe import Kind, kind_of
from rigwright.settings.platform import Os

LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")


def check_name(name: str) -> str:
    """The name itself, if it is a DNS label (RFC 1123) in lower case.

    Raises:
        RigError: It is none.
    """
    if not LABEL.fullmatch(name):
        raise RigError(
            f"{name!r} cannot name a host",
            next_step="use up to 63 of a-z, 0-9 and -, with - neither first nor last",
        )
    return name


@dataclass(frozen=True)
class HostRecord:
    """One lab host.

    Attributes:
        name: Its host name.
        os: What it runs.
        address: IPv4 address, the same until it is taken down.
        address6: IPv6 address, the same until it is taken down.
        port: TCP port of its SSH server.
        user: Who may log in.
        key: Private key of that user on this machine.
        known_hosts: File that pins the host's keys.
        password: The user's password where the host is as freshly installed: then it accepts no key,
            and sudo requires the password. Else None, and sudo requires none.
        image: The pristine tree that it started from.
        number: Last part of both addresses.
    """

    name: str
    os: Os
    address: str
    address6: str
    port: int
    user: str
    key: str
    known_hosts: str
    password: str | None = field(repr=False)
    image: str
    number: int

    @property
    def reached_by(self) -> dict[str, Any]:
        """How to reach it, as ``ssh_host()`` takes it."""
        return {name: getattr(self, name) for name in ("address", "port", "user", "key", "known_hosts")}

    @property
    def kind(self) -> Kind:
        """Whether it shares the machine's kernel, as the name of its image says."""
        return kind_of(Path(self.image).name)

    @property
    def folder(self) -> Path:
        """What the host has on the machine's disk."""
        return paths.host_folder(self.name)

    def ssh(self) -> list[str]:
        """The ssh command that logs in with strict host keys, up to and with its destination."""
        options = {
            "IdentitiesOnly": "yes",
            "IdentityFile": self.key if self.password is None else "none",
            "StrictHostKeyChecking": "yes",
            "UserKnownHostsFile": self.known_hosts,
            "GlobalKnownHostsFile": "/dev/null",
            "LogLevel": "ERROR",
        }
        flags = [f"-o{name}={value}" for name, value in options.items()]
        return ["ssh", "-F", "none", *flags, "-p", str(self.port), f"{self.user}@{self.address}"]

    def save(self) -> None:
        """Write what :meth:`load` reads."""
        path = self.folder / "host.json"
        new = path.with_suffix(".new")
        new.touch(mode=0o600)
        new.write_text(json.dumps(asdict(self), indent=1) + "\n")
        new.rename(path)

    @classmethod
    def load(cls, name: str) -> Self | None:
        """The record of a host, whether or not it runs; None if there is none.

        Raises:
            PermissionError: It belongs to another user of this machine.
        """
        path = paths.host_folder(name) / "host.json"
        try:
            return cls(**json.loads(path.read_text()))
        except FileNotFoundError:
            return None


def names() -> list[str]:
    """Every host that has a folder, whether or not it runs."""
    if not paths.STATE.is_dir():
        return []
    return sorted(path.name for path in paths.STATE.iterdir() if LABEL.fullmatch(path.name))
