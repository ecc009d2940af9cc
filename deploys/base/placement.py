"""What can be chosen about where services run, and how much of the machine they get at most."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Annotated

from pydantic import Field, model_validator
from typing_extensions import Self

from deploys.base.programs.placement import US, time_span
from rigwright.desired import Desired, Directory, File, RuntimeState
from rigwright.desired.program import python
from rigwright.desired.render import render
from rigwright.settings.base import Settings, Size

Weight = Annotated[int, Field(ge=1, le=10_000)]
HIGHEST_CPU = 8191
"""Linux's greatest NR_CPUS on x86-64, less one."""
PAGE = 4096
"""The kernel counts memory in pages, and rounds a limit down."""


class Placement(Settings):
    """CPUs, shares and limits of a unit. systemd.resource-control(5) has the meanings."""

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

    memory_high: Annotated[Size, Field(ge=PAGE)] | None = None
    """Memory above which its processes are slowed and the kernel takes back what it can, such as
    ``"14GiB"``; None: no such bound."""

    memory_max: Annotated[Size, Field(ge=PAGE)] | None = None
    """Memory that it gets at most, its part of the page cache and shared memory included; where that cannot
    be held, the kernel ends a process of it. None: no such bound."""

    cpu_percent: Annotated[int, Field(ge=1, le=100 * (HIGHEST_CPU + 1))] | None = None
    """Time of CPUs that it gets at most, in percent of one: 250 is two and a half. None: no such bound."""

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not self.properties:
            given = "cpus, cpu_weight, io_weight, memory_high, memory_max, cpu_percent"
            raise ValueError(f"placements: {self.unit} has none of {given}: give one")
        if self.memory_high and self.memory_max and self.memory_high > self.memory_max:
            raise ValueError(f"memory_high of {self.unit} is above its memory_max: it would never hold")
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
        """Names and values as unit files have them, the CPUs as ``systemctl show`` prints them."""
        named = {
            "AllowedCPUs": _ranges_text(
                {cpu for low, high in self._ranges() for cpu in range(low, high + 1)}
            ),
            "CPUWeight": str(self.cpu_weight or ""),
            "IOWeight": str(self.io_weight or ""),
            "MemoryHigh": _pages(self.memory_high),
            "MemoryMax": _pages(self.memory_max),
            "CPUQuota": f"{self.cpu_percent}%" if self.cpu_percent else "",
        }
        return tuple((name, value) for name, value in named.items() if value)

    @property
    def shown(self) -> tuple[tuple[str, str], ...]:
        """Names and values as ``systemctl show`` prints them."""
        quota = (("CPUQuotaPerSecUSec", time_span((self.cpu_percent or 0) * US // 100)),)
        return tuple(one for pair in self.properties for one in (quota if pair[0] == "CPUQuota" else (pair,)))

    @property
    def section(self) -> str:
        """The section of the unit file that takes them."""
        return "Slice" if self.unit.endswith(".slice") else "Service"

    @property
    def is_template(self) -> bool:
        """Whether it stands for all instances, none of which has this name."""
        return "@." in self.unit


def _pages(size: int | None) -> str:
    return str(size // PAGE * PAGE) if size else ""


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
        preserved=tuple(path for one in placements for path in _set_at_run_time(one)),
        runtime_states=tuple(_held(placements)),
    )


def _set_at_run_time(one: Placement) -> Iterator[str]:
    """Where ``systemctl set-property --runtime`` keeps what is compared as runtime state."""
    for name, _ in one.properties:
        yield f"/run/systemd/system.control/{one.unit}.d/50-{name}.conf"


def _folder(one: Placement) -> str:
    return f"/etc/systemd/system/{one.unit}.d"


def _held(placements: Sequence[Placement]) -> Iterator[RuntimeState]:
    """What systemd holds for the units; a template has no instance of its own name."""
    units = [one for one in placements if not one.is_template]
    shown = [(one.unit, *pair) for one in units for pair in one.shown]
    made = [(one.unit, *pair) for one in units for pair in one.properties]
    if shown:
        yield RuntimeState(
            "placement",
            python("base/programs/placement.py", "show", *(word for triple in shown for word in triple)),
            tuple((f"{unit} {name}", value) for unit, name, value in shown),
            remediation=python("base/programs/placement.py", "set", *(w for triple in made for w in triple)),
        )
