"""Who got in and what runs at boot on this host, and is neither packaged, nor usual, nor managed.

Runs under the host's own Python (3.10 and newer) with the standard library only, and changes nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rigwright.host import boot_units, containers, places, scan, who
from rigwright.host.packaged import Packages, text

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

    from rigwright.host.places import Item

SHOWN = 100  # findings of one kind; more have one cause


def entrances(
    managed: Collection[str], logins: Mapping[str, bool], overridden: Collection[str]
) -> list[Item]:
    """Every finding, each once, and of one kind no more than a person reads.

    Args:
        managed: Paths that Rigwright manages.
        logins: Accounts that the inventory declares, and whether their keys are managed.
        overridden: Drop-ins that are reported already.
    """
    found = {(one["kind"], one["where"]): one for one in _all(managed, logins, overridden)}
    return list(bounded(found.values()))


def _all(managed: Collection[str], logins: Mapping[str, bool], overridden: Collection[str]) -> Iterator[Item]:
    packages = Packages()
    accounts = who.accounts(text("/etc/passwd"))
    homes = {one.name: one.home for one in accounts}
    secrets = who.passwords(text("/etc/shadow"))
    elsewhere = {name for name, keys in logins.items() if not keys}
    placed = attempt("places", lambda: places.found(packages, managed, {*logins}))
    yield from placed
    yield from attempt("units", lambda: boot_units.found(packages, managed, homes, overridden))
    people = len(logins) > 1  # one is the account that Rigwright itself logs in with
    yield from attempt("accounts", lambda: who.strangers(accounts, secrets, {*logins}, people=people))
    yield from attempt("keys", lambda: who.keys(who.key_files(accounts), managed, elsewhere))
    yield from attempt("containers", lambda: containers.found(managed))
    seen = {*managed, *(one["where"] for one in placed)}
    yield from attempt("files", lambda: scan.quick(packages, seen))


def attempt(name: str, search: Callable[[], Iterable[Item]]) -> list[Item]:
    """What a search finds; a host that defeats it is reported, and keeps no other search from its result."""
    try:
        return list(search())
    except Exception as error:  # noqa: BLE001  whatever lies on the host
        what = f"the search of {name} failed: {type(error).__name__}: {error}"
        return [{"kind": "search.incomplete", "where": name, "what": what, "actual": None, "changed": None}]


def bounded(found: Iterable[Item]) -> Iterator[Item]:
    """The first of each kind, and how many more there are."""
    counts: dict[str, int] = {}
    for one in found:
        counts[one["kind"]] = counts.get(one["kind"], 0) + 1
        if counts[one["kind"]] <= SHOWN:
            yield one
    for kind, count in sorted(counts.items()):
        if count > SHOWN:
            what = f"{count - SHOWN:,} more findings of the kind {kind}"
            yield {"kind": kind, "where": f"more than {SHOWN}", "what": what, "actual": None, "changed": None}
