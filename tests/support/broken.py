"""Which claims do not hold on a host: ``rig verify`` itself, on all of them or on some."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from rigwright.finding import Finding, Severity
from rigwright.lab import LabHost
from rigwright.verify import verify
from tests.support.breaks import Break, breaking, undoing

CLAIMS = "tests/host/{}.py::{}"


def failing(inventory: Path, host: str, claims: Collection[str] = ()) -> set[str]:
    """Claims that fail, of these or of all. One that could not be tested is an error of this test."""
    chosen = [_finding(host, claim) for claim in claims]
    verified = verify(inventory, [host], chosen)
    for one in verified.findings:
        assert one.actual, f"{one.where} fails without a word"
        assert not one.actual.startswith("failed on setup"), f"{one.where}: {one.actual}"
    return {one.where.removeprefix("tests/host/").replace(".py::", "::") for one in verified.findings}


def _finding(host: str, claim: str) -> Finding:
    where = CLAIMS.format(*claim.split("::"))
    return Finding(host, "", "verify.failed", where, "", severity=Severity.ERROR)


def broken_and_put_right(
    inventory: Path, host: LabHost, batch: Collection[Break], *, among_all: bool
) -> None:
    """Make all of them happen: exactly their claims fail, of all or of theirs; then put the host right."""
    breaks = [*batch]
    claims = {claim for one in breaks for claim in one.claims}
    tested = () if among_all and not any(one.alone for one in breaks) else claims
    try:
        assert host.run(breaking(breaks), check=False).stdout == ""
        found = failing(inventory, host.name, tested)
    finally:
        undone = host.run(undoing(breaks), check=False).stdout
    assert undone == ""
    assert found == claims, (claims - found, found - claims)
    assert failing(inventory, host.name, claims) == set()
