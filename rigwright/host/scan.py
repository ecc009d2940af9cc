"""The search that takes minutes: every program with more rights, and every file of every package.

The nightly check makes it and keeps the result; ``rig drift`` reads that, and tests each finding again.
Runs under the host's own Python (3.10 and newer) with the standard library only.
"""

from __future__ import annotations

import json
import re
import time
from typing import TYPE_CHECKING, Any

from rigwright.host import integrity, privileged
from rigwright.host.packaged import Packages
from rigwright.host.textfile_writer import write
from rigwright.host.tools import STATE, read

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from rigwright.host.places import Item

RESULT = f"{STATE}/scan.json"
COMPARED = f"{STATE}/compared.json"
"""Signatures of all files of packages that were found to be as shipped, apart: drift needs few of them."""
WALK_SECONDS = 300
COMPARE_SECONDS = 600  # the unit of the check ends after twenty minutes
QUICK_BYTES, QUICK_SECONDS = 8 * 2**20, 0.1
KEPT = 500  # findings: thousands have one cause, and an operator reads none of them


def make(managed: Collection[str]) -> None:
    """Search everywhere, and keep the result; what was not reached is searched first the next night."""
    packages, at = Packages(), time.time()
    items, walked = privileged.everywhere(packages, WALK_SECONDS)
    ignored = {*managed, *packages.conffiles}
    check = integrity.Check(_known(COMPARED), limit_bytes=float("inf"), limit_seconds=COMPARE_SECONDS)
    items += check.run(packages.sums(integrity.ANY), ignored)
    programs = {path: one for path, one in check.good.items() if integrity.PROGRAMS.match(path)}
    result = {"at": at, "complete": walked and check.complete, "items": items[:KEPT], "good": programs}
    write(COMPARED, json.dumps({"good": check.good}), 0o600)
    write(RESULT, json.dumps(result), 0o600)


def _loaded(path: str) -> dict[str, Any]:
    try:
        found = json.loads(read(path) or b"null")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _known(path: str) -> dict[str, str]:
    found = _loaded(path).get("good")
    return found if isinstance(found, dict) else {}


def quick(packages: Packages, managed: Collection[str]) -> Iterator[Item]:
    """What the last search found and is still so, and what is found at once in the usual places."""
    last = _loaded(RESULT)
    if last.get("complete") is False:
        what = "the last search for changed files and set-user-ID programs did not reach everything"
        yield {"kind": "search.incomplete", "where": RESULT, "what": what, "actual": None, "changed": None}
    ignored = {*managed, *packages.conffiles}
    yield from privileged.usual(packages)
    check = integrity.Check(_known(RESULT), limit_bytes=QUICK_BYTES, limit_seconds=QUICK_SECONDS)
    yield from check.run(packages.sums(integrity.PROGRAMS), ignored)
    yield from integrity.configuration(packages, managed)
    paths = {kind: set[str]() for kind in ("package.changed", "setuid.unmanaged", "capability.unmanaged")}
    for one in last.get("items") or ():
        if isinstance(one, dict) and one.get("kind") in paths and isinstance(one.get("where"), str):
            paths[one["kind"]].add(one["where"])
    for path in sorted(paths["setuid.unmanaged"] | paths["capability.unmanaged"]):
        yield from privileged.judge(path, packages)
    if again := sorted(paths["package.changed"] - ignored):
        pattern = re.compile(f"(?:{'|'.join(map(re.escape, again))})$")
        check = integrity.Check({}, limit_bytes=QUICK_BYTES, limit_seconds=QUICK_SECONDS)
        yield from check.run(packages.sums(pattern), ignored)
