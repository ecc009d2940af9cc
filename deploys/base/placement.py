"""What can be chosen about where services run, and how much of a busy machine they get."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field, model_validator
from typing_extensions import Self

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
        """Whether it stands for all instances, none of which can be asked by this name."""
        return "@." in self.unit


def _ranges_text(cpus: set[int]) -> str:
    """``0-1 3``: ranges, separated by spaces."""
    starts = [cpu for cpu in sorted(cpus) if cpu - 1 not in cpus]
    ends = [cpu for cpu in sorted(cpus) if cpu + 1 not in cpus]
    return " ".join(
        str(low) if low == high else f"{low}-{high}" for low, high in zip(starts, ends, strict=True)
    )
