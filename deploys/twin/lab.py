"""What the lab lends a twin, and how its differences are noted."""

from __future__ import annotations

from dataclasses import dataclass, field
from ipaddress import ip_network
from typing import Any, TypeVar

from typing_extensions import Self

from rigwright.lab import LabHost
from rigwright.settings.base import Settings
from rigwright.settings.platform import Os

ONE = TypeVar("ONE", bound=Settings)


@dataclass(frozen=True)
class Lab:
    """The lab host that stands in.

    Attributes:
        os: What it runs.
        user: The account that the lab logs in as.
        network: Where the operator's machine is, in place of an office.
    """

    os: Os
    user: str
    network: str

    @classmethod
    def of(cls, host: LabHost) -> Self:
        """What a running lab host lends."""
        return cls(host.os, host.user, str(ip_network(f"{host.address}/24", strict=False)))


@dataclass
class Notes:
    """What differs, collected by the field of the host's description."""

    prefix: str = ""
    found: list[str] = field(default_factory=list)

    def of(self, prefix: str) -> Notes:
        """The same list, for one field."""
        return Notes(prefix, self.found)

    def add(self, setting: str, text: str) -> None:
        """Note a setting of this field that differs, and why."""
        self.found.append(f"{self.prefix}{'.' if setting else ''}{setting}: {text}")

    def lines(self) -> tuple[str, ...]:
        """All of them."""
        return tuple(self.found)


def changed(one: ONE, **fields: Any) -> ONE:
    """Settings with other values, checked as an inventory's are."""
    given = {name: getattr(one, name) for name in type(one).model_fields if name in one.model_fields_set}
    return type(one)(**{**given, **fields})
