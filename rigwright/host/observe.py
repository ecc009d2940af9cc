"""The observed state of this host, as JSON on standard output; the query comes as JSON on standard input.

Runs under the host's own Python (3.10 and newer) with the standard library only, and changes nothing.
The output is complete: what cannot be read is reported as such.
"""

from __future__ import annotations

import json
import os
import sys
from typing import TYPE_CHECKING, Any

from rigwright.host.holders import held, holders
from rigwright.host.loads import PROPERTIES, observe_loads
from rigwright.host.paths import observe_path
from rigwright.host.queries import run_queries
from rigwright.host.tools import STATE, listing, read, run
from rigwright.host.unmanaged import unmanaged
from rigwright.host.usage import sockets, usage

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

LOCKS = ["rigwright-transaction.service", "rigwright-packages.service"]
OTHERS = 100  # files of one owned directory that are handled one by one: each is read, shown and saved
AT_WORK = ("active", "activating", "deactivating")
UNIT_PROPERTIES = (
    "Id,LoadState,ActiveState,SubState,UnitFileState,NeedDaemonReload,StateChangeTimestampMonotonic,"
    "FragmentPath,DropInPaths," + PROPERTIES
)


def packages(names: list[str]) -> dict[str, str]:
    """Installed version by package name; absent where it is not fully installed."""
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
    blocks = run(
        "systemctl", "show", "--no-pager", "--timestamp=us+utc", "-p", UNIT_PROPERTIES, "--", *names
    ).split("\n\n")
    return dict(zip(names, map(properties, blocks), strict=False))


def properties(block: str) -> dict[str, str]:
    """Properties by name; the values of one that is there several times are lines of it."""
    found: dict[str, str] = {}
    for name, separator, value in (line.partition("=") for line in block.splitlines()):
        if separator:
            found[name] = f"{found[name]}\n{value}" if name in found else value
    return found


def manifest(subsystem: str) -> tuple[dict[str, Any] | None, dict[str, Any]]:
    """The manifest of a subsystem, None without a readable one; and the keyed hashes of its secrets."""
    try:
        found = json.loads(read(f"{STATE}/manifests/{subsystem}.json") or b"null")
    except ValueError:
        found = None
    applied = found if isinstance(found, dict) else None
    rows = (read(f"{STATE}/manifests/{subsystem}.secrets") or b"").decode().splitlines()
    hashes = {path: digest for digest, _, path in (row.partition("\t") for row in rows)}
    return applied, {"key": read(f"{STATE}/key") or b"", "hashes": hashes}


def for_all(query: Callable[[list[str]], dict[str, Any]], names: list[list[str]]) -> list[dict[str, Any]]:
    """The results for several lists of names, from one query: a process costs more than its output."""
    found = query(sorted({name for some in names for name in some}))
    return [{name: found[name] for name in some if name in found} for some in names]


def observe_subsystem(name: str, spec: dict[str, Any], outputs: dict[str, Any]) -> dict[str, Any]:
    """All that the query of one subsystem names, except its packages and units."""
    applied, keyed = manifest(name)
    before = (applied or {}).get("paths", {})
    desired = spec["files"]
    paths = sorted({*spec["paths"], *before})
    found = {path: observe_path(path, desired.get(path), before.get(path), keyed) for path in paths}
    names, more = {}, {}
    for directory in spec["owned"]:
        names[directory], more[directory] = bounded(directory, listing(directory), found)
    inside = (f"{directory}/{name}" for directory, entries in names.items() for name in entries or ())
    found.update({path: observe_path(path, None, None, keyed) for path in inside if path not in found})
    return {
        "paths": found,
        "listings": names,
        "more": {directory: count for directory, count in more.items() if count},
        **{
            kind: {name: output[command] for name, command in spec[kind].items()}
            for kind, output in outputs.items()
            if kind != "loads"
        },
        "applied": applied,
        "transaction": (read(f"{STATE}/transactions/{name}/state") or b"").decode().strip() or None,
    }


def bounded(directory: str, names: list[str] | None, known: Collection[str]) -> tuple[list[str] | None, int]:
    """The names of known paths and the first of the others, and how many others there are besides."""
    others = [name for name in names or () if f"{directory}/{name}" not in known]
    if names is None or len(others) <= OTHERS:
        return names, 0
    left = {*others[OTHERS:]}
    return [name for name in names if name not in left], len(left)


def manifests() -> dict[str, dict[str, Any] | None]:
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


def applied_subsystems(found: dict[str, dict[str, Any] | None]) -> dict[str, dict[str, Any]]:
    """What is needed to remove every subsystem that was applied here and still has files, by its name."""
    return {
        name: {
            "units": [*applied.get("units", ())],
            "kept_units": kept_units(applied.get("units", ())),
            "confirm_seconds": applied.get("confirm_seconds", 0),
        }
        for name, applied in found.items()
        if applied and applied.get("paths")
    }


def holder() -> str:
    """Who changes this host right now and since when; empty where no run does."""
    shown = ("Description", "ActiveState", "InactiveExitTimestamp")
    blocks = run("systemctl", "show", "-p", ",".join(shown), "--", *LOCKS).split("\n\n")
    for block in blocks:
        one = dict(line.split("=", 1) for line in block.splitlines() if "=" in line)
        if one.get("ActiveState") in AT_WORK:
            return f"{one.get('Description', '')}, since {one.get('InactiveExitTimestamp', '')}"
    return ""


def nothing_differs(found: dict[str, Any]) -> bool:
    """Whether every file is as desired or as applied, so that no package default needs to be known."""
    files = (path for one in found.values() for path in one["paths"].values())
    return all(file.get("as_desired") or file.get("as_applied") or file["kind"] != "file" for file in files)


def _add_holders(subsystems: dict[str, dict[str, Any]], specs: dict[str, dict[str, Any]]) -> None:
    """Who has sockets that a subsystem may not have opened itself: in sync it has all, at no cost."""
    for name, one in subsystems.items():
        states = [one["units"].get(unit, {}).get("ActiveState", "") for unit in specs[name]["active"]]
        one["holders"] = held(holders(specs[name], one["applied"], states))


def without_applied(spec: dict[str, Any]) -> bool:
    """Drop the usages of subsystems that were applied here; whether any is left."""
    for name, one in spec["subsystems"].items():
        one.setdefault("usages", {})
        if one["usages"] and (manifest(name)[0] or {}).get("paths"):
            one["usages"] = {}
    return any(one["usages"] for one in spec["subsystems"].values())


def observe(spec: dict[str, Any]) -> dict[str, Any]:
    """The result of one query."""
    surveyed = without_applied(spec)
    outputs = run_queries(spec, {"usages": usage})
    subsystems = {name: observe_subsystem(name, one, outputs) for name, one in spec["subsystems"].items()}
    specs = list(spec["subsystems"].values())
    installed = for_all(packages, [one["packages"] for one in specs])
    *states, locks = for_all(units, [*(one["units"] for one in specs), LOCKS])
    for name, versions, found in zip(subsystems, installed, states, strict=True):
        loads = observe_loads(name, spec["subsystems"][name]["loads"], found, outputs["loads"])
        subsystems[name].update(packages=versions, units=found, loads=loads)
    _add_holders(subsystems, spec["subsystems"])
    release = read("/etc/os-release") or b""
    found = manifests()
    named = {unit: state for one in states for unit, state in one.items()}
    managed = {path for one in specs for path in (*one["paths"], *one["preserved"])}
    busy = any(one.get("ActiveState") in AT_WORK for one in locks.values())
    return {
        "os_release": release.decode("utf-8", "replace"),
        "subsystems": subsystems,
        "conffiles": {} if nothing_differs(subsystems) else conffiles(),
        "applied": applied_subsystems(found),
        "damaged": [name for name, applied in found.items() if applied is None],
        "busy": busy,
        "holder": holder() if busy else "",
        "root": os.geteuid() == 0,
        "unmanaged": unmanaged(named, managed, spec["logins"]) if spec["unmanaged"] else None,
        "sockets": sockets() if surveyed else None,
    }


if __name__ == "__main__":
    json.dump(observe(json.load(sys.stdin)), sys.stdout)
