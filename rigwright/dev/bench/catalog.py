"""The names of what ``rig bench`` can measure: the toolkit's own, and each subsystem that has a benchmark.

A subsystem's benchmark is ``deploys/<subsystem>/bench.py`` with a function ``measure(ground)``.
The first line of the module says what it measures.
"""

from __future__ import annotations

import ast
from pathlib import Path

from rigwright.repository import ROOT

TOOLKIT = {
    "commands": "SSH commands of a run in sync, counted on the host",
    "drift": "the drift check, near and far",
    "site": "the whole site in sync by plain pyinfra, near and far",
    "fleet": "the drift check of ten hosts at once",
    "nodelay": "with and without TCP_NODELAY",
    "converge": "the first converge, against the bare installation of the same packages",
    "start": "how long the command line takes to begin",
    "health": "the health of a host, near and far",
    "metrics": "processor and memory of a run of the hardware's metrics",
    "snapshots": "health and metrics of a VM's pool with no snapshots and with 5,000",
}


def subsystems(root: Path = ROOT) -> dict[str, str]:
    """The subsystems that have a benchmark, each with what it measures. Nothing is imported."""
    return {path.parent.name: _first_line(path) for path in sorted(root.glob("deploys/*/bench.py"))}


def _first_line(path: Path) -> str:
    text = ast.get_docstring(ast.parse(path.read_text())) or ""
    return text.partition("\n")[0].rstrip(".")
