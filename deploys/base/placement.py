"""What can be chosen about where services run, and how much of a busy machine they get."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Annotated

from pydantic import Field, model_validator
from typing_extensions import Self

from rigwright.desired import Desired, Directory, File, RuntimeState
from rigwright.desired.program import shell
from rigwright.desired.render import render
from rigwright.settings.base import Settings

Weight = Annotated[int, Field(ge=1, le=10_000)]
HIGHEST_CPU = 8191
"""Linux's greatest NR_CPUS on x86-64, less one."""


class Placement(Settings):
    """CPUs and shares of a unit. systemd.resource-control(5) has the meanings."""

    unit: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9:_.@-]*\.(service|slice)$")]
    """A service or a slice, such as ``"postgresql@16-main.service"``."""

    cpus: Annotated[str, Field(pattern=r"^[0-9]{1,4}(-[0-9]{1,4})?(,[0-9]{1,4}(-[0-9]{1,4})?)*$")] | None = (
        None
    )
    """The CPUs that it may run on, such as ``"0-7,16-23"``; ``lscpu --extended`` shows which share a
    cache. None: all."""

    cpu_weight: Weight | None = None
    """Its share where CPUs are short, from 1 to 10000; others have 100."""

    io_weight: Weight | None = None
    """Its share where disks are short, from 1 to 10000; others have 100."""

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not self.properties:
            raise ValueError(f"placements: {self.unit} has none of cpus, cpu_weight, io_weight: give one")
        for low, high in self._ranges():
            if low > high or high > HIGHEST_CPU:
                raise ValueError(f"cpus of {self.unit}: {low}-{high} is no range of CPUs")
        return self

    def _ranges(self) -> Iterator[tuple[int, int]]:
        for part in self.cpus.split(",") if self.cpus else ():
            low, _, high = part.partition("-")
            yield int(low), int(high or low)

    @property
    def properties(self) -> tuple[tuple[str, str], ...]:
        """Names and values in systemd's terms, the CPUs as ``systemctl show`` prints them."""
        named = {
            "AllowedCPUs": _ranges_text(
                {cpu for low, high in self._ranges() for cpu in range(low, high + 1)}
            ),
            "CPUWeight": str(self.cpu_weight or ""),
            "IOWeight": str(self.io_weight or ""),
        }
        return tuple((name, value) for name, value in named.items() if value)

    @property
    def section(self) -> str:
        """The section of the unit file that takes them."""
        return "Slice" if self.unit.endswith(".slice") else "Service"

    @property
    def is_template(self) -> bool:
        """Whether it stands for all instances, none of which has this name."""
        return "@." in self.unit


def _ranges_text(cpus: set[int]) -> str:
    """``0-1 3``: ranges, separated by spaces."""
    starts = [cpu for cpu in sorted(cpus) if cpu - 1 not in cpus]
    ends = [cpu for cpu in sorted(cpus) if cpu + 1 not in cpus]
    return " ".join(
        str(low) if low == high else f"{low}-{high}" for low, high in zip(starts, ends, strict=True)
    )


def placement(placements: Sequence[Placement]) -> Desired:
    """A drop-in for each unit that is placed, and what systemd holds for it."""
    return Desired(
        "base",
        files=tuple(
            File(f"{_folder(one)}/rigwright-placement.conf", render("base/_placement.conf.j2", placement=one))
            for one in placements
        ),
        directories=tuple(Directory(_folder(one)) for one in placements),
        runtime_states=tuple(_held(placements)),
    )


def _folder(one: Placement) -> str:
    return f"/etc/systemd/system/{one.unit}.d"


def _held(placements: Sequence[Placement]) -> Iterator[RuntimeState]:
    """What systemd holds for the units; a template has no instance of its own name."""
    placed = [
        (one.unit, name, value) for one in placements if not one.is_template for name, value in one.properties
    ]
    if placed:
        arguments = [word for triple in placed for word in triple]
        yield RuntimeState(
            "placement",
            shell("base/programs/placement.sh", "show", *arguments),
            tuple((f"{unit} {name}", value) for unit, name, value in placed),
            remediation=shell("base/programs/placement.sh", "set", *arguments),
        )
