"""The hardware and the operating system of one host."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator
from typing_extensions import Self

from deploys.accepted import AcceptedFinding
from rigwright.settings.base import Many, Settings, Size, Text
from rigwright.settings.platform import Os

__all__ = ["AcceptedFinding", "Disk", "Machine"]


class Disk(Settings):
    """A disk of the machine."""

    id: Annotated[str, Field(pattern=r"^[A-Za-z0-9._:+-]+$")]
    """Its name in ``/dev/disk/by-id``, which stays when cables and slots change."""

    size: Size
    """How much it holds, such as ``"2TB"``."""

    role: Text
    """What it is for, in the operator's words."""


class Machine(Settings):
    """The hardware and the operating system."""

    os: Os
    """What runs on it; apply checks the host, and a difference is an error before anything changes."""

    cpu_threads: Annotated[int, Field(ge=1)] | None = None
    """Hardware threads."""

    memory: Size | None = None
    """Main memory, such as ``"128GB"``."""

    disks: Many[Disk] = ()
    """Its disks by stable id."""

    gpus: Many[Annotated[str, Field(pattern=r"^10de:[0-9a-f]{4}$")]] = ()
    """PCI ids of its NVIDIA cards, each kind once, such as ``"10de:2b85"``: ``lspci -nn -d 10de:`` shows
    them. With ``nvidia`` apply checks the host, and a difference is an error before anything changes."""

    accepted: Many[AcceptedFinding] = ()
    """Findings, of any kind, that drift, the nightly check and the other commands count apart."""

    @model_validator(mode="after")
    def _each_where_once(self) -> Self:
        names = [one.where for one in self.accepted]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"accepted: {twice[0]} is there twice: leave one out")
        return self
