"""What is on this host, as JSON on standard output; what to look at comes as JSON on standard input.

Runs under the host's own Python (3.10 and newer) with the standard library only, and changes nothing.
Every answer is total: what cannot be read is reported as such.
"""

from __future__ import annotations

import json
import os
import sys
from typing import TYPE_CHECKING, Any

from rigwright.host.paths import look
from rigwright.host.queries import answers
from rigwright.host.tools import STATE, listing, read, run
from rigwright.host.unmanaged import unmanaged

if TYPE_CHECKING:
    from collections.abc import Callable

LOCKS = ["rigwright-transaction.service", "rigwright-packages.service"]
UNIT_PROPERTIES = (
    "Id,LoadState,ActiveState,SubState,UnitFileState,NeedDaemonReload,StateChangeTimestampMonotonic,"
    "FragmentPath,DropInPaths"
)


def packages(names: list[str]) -> dict[str, str]:
    """Installed version by package name; absent where it is not wholly installed."""
    if not names:
        return {}
    rows = run("dpkg-query", "-W", "-f", "${Package}\t${db:Status-Status}\t${Version}\n", *names).splitlines()
    fields = (row.split("\t") for row in rows)
    return {name: version for name, status, version in fields if status == "installed"}


def conffiles() -> dict[str, str]:
    """MD5 that the package ships, by path of a configuration file (dpkg keeps no other hash)."""
    rows = (row.split() for row in run("dpkg-query", "-W", "-f", "${Conffiles}\n").splitlines())
    return {path: md5 for path, md5, *_ in filter(None, rows)}


def units(names: list[str]) -> dict[str, dict[str, str]]:
    """Properties of each unit as systemd names them."""
    if not names:
        return {}
    blocks = run("systemctl", "show", "--no-pager", "-p", UNIT_PROPERTIES, "--", *names).split("\n\n")
    found = (dict(line.split("=", 1) for line in block.splitlines() if "=" in line) for block in blocks)
    return dict(zip(names, found, strict=False))


def manifest(subsystem: str) -> tuple[dict[str, Any] | None, dict[str, Any]]:
    """What was applied last, and the keyed hashes of its secrets."""
    try:
        found = json.loads(read(f"{STATE}/manifests/{subsystem}.json") or b"null")
    except ValueError:
        found = None
    applied = found if isinstance(found, dict) else None
    rows = (read(f"{STATE}/manifests/{subsystem}.secrets") or b"").decode().splitlines()
    hashes = {path: digest for digest, _, path in (row.partition("\t") for row in rows)}
    return applied, {"key": read(f"{STATE}/key") or b"", "hashes": hashes}


def of_all(question: Callable[[list[str]], dict[str, Any]], names: list[list[str]]) -> list[dict[str, Any]]:
    """The answers for several lists of names, asked for at once: a process costs more than its answer."""
    answers = question(sorted({name for some in names for name in some}))
    return [{name: answers[name] for name in some if name in answers} for some in names]


def observe_subsystem(name: str, spec: dict[str, Any], told: dict[str, Any]) -> dict[str, Any]:
    """All that the specification of one subsystem asks for, but its packages and units."""
    applied, keyed = manifest(name)
    before = (applied or {}).get("paths", {})
    wanted = spec["files"]
    paths = sorted({*spec["paths"], *before})
    found = {path: look(path, wanted.get(path), before.get(path), keyed) for path in paths}
    names = {directory: listing(directory) for directory in spec["owned"]}
    inside = (f"{directory}/{name}" for directory, entries in names.items() for name in entries or ())
    found.update({path: look(path, None, None, keyed) for path in inside if path not in found})
    return {
        "paths": found,
        "listings": names,
        **{
            kind: {name: said[command] for name, command in spec[kind].items()} for kind, said in told.items()
        },
        "applied": applied,
        "transaction": (read(f"{STATE}/transactions/{name}/state") or b"").decode().strip() or None,
    }


def records() -> dict[str, dict[str, Any] | None]:
    """The manifest of every subsystem that was ever applied here, None for one that is damaged."""
    names = [
        name.removesuffix(".json") for name in listing(f"{STATE}/manifests") or () if name.endswith(".json")
    ]
    return {name: manifest(name)[0] for name in names}


def kept_units(units: Any) -> list[str]:
    """The units that are kept when their subsystem is removed; ``stays`` is the key of manifest version 2."""
    if not isinstance(units, dict):
        return []
    return [name for name, about in units.items() if about.get("keep_on_removal", about.get("stays", False))]


def kept(found: dict[str, dict[str, Any] | None]) -> dict[str, dict[str, Any]]:
    """What is needed to take away every subsystem that was applied here and still has files, by its name."""
    return {
        name: {
            "units": [*applied.get("units", ())],
            "staying": kept_units(applied.get("units", ())),
            "confirm_seconds": applied.get("confirm_seconds", 0),
        }
        for name, applied in found.items()
        if applied and applied.get("paths")
    }


def nothing_differs(seen: dict[str, Any]) -> bool:
    """Whether every file is as wanted or as applied, so that no package default needs to be known."""
    files = (path for one in seen.values() for path in one["paths"].values())
    return all(file.get("as_wanted") or file.get("as_applied") or file["kind"] != "file" for file in files)


def observe(spec: dict[str, Any]) -> dict[str, Any]:
    """The answer to one specification."""
    told = answers(spec)
    seen = {name: observe_subsystem(name, one, told) for name, one in spec["subsystems"].items()}
    specs = list(spec["subsystems"].values())
    installed = of_all(packages, [one["packages"] for one in specs])
    *states, locks = of_all(units, [*(one["units"] for one in specs), LOCKS])
    for one, versions, found in zip(seen.values(), installed, states, strict=True):
        one.update(packages=versions, units=found)
    release = read("/etc/os-release") or b""
    found = records()
    named = {unit: state for one in states for unit, state in one.items()}
    ours = {path for one in specs for path in one["paths"]}
    return {
        "os_release": release.decode("utf-8", "replace"),
        "subsystems": seen,
        "conffiles": {} if nothing_differs(seen) else conffiles(),
        "kept": kept(found),
        "damaged": [name for name, applied in found.items() if applied is None],
        "busy": any(
            one.get("ActiveState") in ("active", "activating", "deactivating") for one in locks.values()
        ),
        "root": os.geteuid() == 0,
        "unmanaged": unmanaged(named, ours) if spec["unmanaged"] else None,
    }


if __name__ == "__main__":
    json.dump(observe(json.load(sys.stdin)), sys.stdout)
