"""Where a golden file lies: ``tests/golden/<subsystem>/<hosts>/<path on the host, or commands/…>``.

``<hosts>`` names all hosts that have this content, so each content of a path is stored once, and what differs
stands beside it. A subsystem's hosts are the scenarios that have it, each on its operating systems.

- ``common``: all of them.
- ``everything``: one scenario, on all its systems.
- ``defaults+everything``: two scenarios.
- ``everything@debian12+ubuntu2204``: a scenario on some of its systems.
- ``certificates,everything@debian13``: both groups of hosts.

Where a host has no such file, no folder that names the host has it.
"""

from __future__ import annotations

import difflib
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from functools import cache
from pathlib import Path

from tests.golden.contents import contents
from tests.golden.scenarios import CASES, SYSTEMS, Case, desired, rig

FOLDER = Path(__file__).resolve().parent
ROOT = FOLDER.parent.parent
REGENERATE = ".venv/bin/python -m tests.golden.regenerate"


@cache
def rendered() -> Mapping[str, bytes]:
    """Every golden file as it should be, by its path below ``tests/golden``."""
    found: dict[str, dict[Case, dict[str, bytes]]] = defaultdict(dict)
    for case in CASES:
        for one in desired(case):
            found[one.subsystem][case] = contents(one, rig(case))
    return {
        f"{subsystem}/{path}": content
        for subsystem, hosts in found.items()
        for path, content in shared(hosts).items()
    }


def reviewed() -> dict[str, bytes]:
    """Every golden file of the repository, by its path below ``tests/golden``: all but the modules there."""
    folders = (folder for folder in FOLDER.iterdir() if folder.is_dir() and folder.name[0] not in "_.")
    paths = (path for folder in folders for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(FOLDER).as_posix(): path.read_bytes() for path in paths}


def shared(hosts: Mapping[Case, Mapping[str, bytes]]) -> dict[str, bytes]:
    """The files of one subsystem, each content of a path once, below the name of the hosts that have it."""
    having: dict[tuple[str, bytes], list[Case]] = defaultdict(list)
    for case, paths in hosts.items():
        for path, content in paths.items():
            having[path, content].append(case)
    return {f"{hosts_name(cases, hosts)}/{path}": content for (path, content), cases in having.items()}


def hosts_name(cases: Collection[Case], every: Collection[Case]) -> str:
    """The name of these hosts among every host of a subsystem."""
    if set(cases) == set(every):
        return "common"
    groups: dict[str, list[str]] = defaultdict(list)
    for scenario in dict.fromkeys(scenario for scenario, _ in cases):
        systems = sorted(system for name, system in cases if name == scenario)
        groups["" if len(systems) == len(SYSTEMS[scenario]) else f"@{'+'.join(systems)}"].append(scenario)
    return ",".join(sorted("+".join(sorted(scenarios)) + systems for systems, scenarios in groups.items()))


def differences(reviewed: Mapping[str, bytes], rendered: Mapping[str, bytes]) -> Iterator[str]:
    """What an operator would read of each file that is missing, stale or different."""
    for path in sorted(reviewed.keys() | rendered.keys()):
        shown = f"tests/golden/{path}"
        if path not in rendered:
            yield f"{shown} is stale: nothing renders it for exactly these hosts"
        elif path not in reviewed:
            yield f"{shown} is missing{_beside(path, reviewed, rendered[path])}"
        elif reviewed[path] != rendered[path]:
            yield f"{shown} differs from what is rendered:\n{_diff(reviewed[path], rendered[path])}"


def _beside(path: str, reviewed: Mapping[str, bytes], content: bytes) -> str:
    """How the content differs from the most similar one that was reviewed for the same path on a host."""
    diffs = {
        other: _diff(old, content) for other, old in reviewed.items() if _on_host(other) == _on_host(path)
    }
    if not diffs:
        return ""
    nearest = min(diffs, key=lambda other: len(diffs[other]))
    return f"; it differs from tests/golden/{nearest}:\n{diffs[nearest] or '(by nothing but its hosts)'}"


def _on_host(path: str) -> tuple[str, str]:
    subsystem, _, rest = path.split("/", 2)
    return subsystem, rest


def _diff(old: bytes, new: bytes) -> str:
    lines = difflib.unified_diff(
        old.decode().splitlines(), new.decode().splitlines(), "reviewed", "rendered", "", "", 1, lineterm=""
    )
    return "\n".join(lines)
