"""Metrics as text for Prometheus: a value becomes a sample, what is not supported none, an error its own.

The format is https://prometheus.io/docs/instrumenting/exposition_formats/. Nothing is ever zero that was
not measured as zero.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from facts.values import Failed, NotSupported, writable

ERRORS = "rigwright_health_field_error"
ERRORS_HELP = "1 for each value that a device should report and that could not be read."


@dataclass(frozen=True)
class Family:
    """A metric: its name and its help text."""

    name: str
    help: str

    @property
    def kind(self) -> str:
        """Prometheus's own rule: a counter is named so."""
        return "counter" if self.name.endswith("_total") else "gauge"


class Exposition:
    """Collects samples, and writes each family once."""

    def __init__(self) -> None:
        self._families: dict[str, Family] = {}
        self._samples: dict[str, dict[str, str]] = {}

    def add_sample(self, family: Family, value: object, **labels: str) -> None:
        """A sample of what is known. The same labels again replace it: two make the whole file unreadable."""
        self._families[family.name] = family
        self._samples.setdefault(family.name, {})[_labels(labels)] = _number(value)

    def add_value(self, family: Family, found: object, collector: str, **labels: str) -> None:
        """A field of a fact: a sample, nothing, or an error that names the field."""
        if isinstance(found, Failed):
            self.add_sample(Family(ERRORS, ERRORS_HELP), 1, collector=collector, metric=family.name, **labels)
        elif not isinstance(found, NotSupported):
            self.add_sample(family, found, **labels)

    def text(self) -> str:
        """The whole file, in the order of names."""
        lines: list[str] = []
        for name, family in sorted(self._families.items()):
            lines += [f"# HELP {name} {family.help}", f"# TYPE {name} {family.kind}"]
            lines += [f"{name}{labels} {value}" for labels, value in self._samples[name].items()]
        return "".join(f"{line}\n" for line in lines)


def _number(value: object) -> str:
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, (int, float)):
        return repr(value)
    raise TypeError(f"{value!r} is no value of a metric")


def _labels(labels: Mapping[str, str]) -> str:
    words = ",".join(f'{name}="{_escaped(value)}"' for name, value in labels.items())
    return f"{{{words}}}" if words else ""


def _escaped(value: str) -> str:
    return writable(value).replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
