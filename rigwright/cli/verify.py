"""``rig verify``: test the running services of hosts."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from rigwright import console
from rigwright.cli.options import INVENTORY, JSON, LIMIT, ONLY, VERBOSE, forks
from rigwright.desired.dependencies import check, choose
from rigwright.drift.survey import reach
from rigwright.inventory.load import limit, load
from rigwright.report import document, terminal
from rigwright.verify import AT_ONCE, Verified, accepting, verdict, verify

EPILOG = """\b
Examples:
  rig verify inventories/prod.py
  rig verify inventories/lab.py --limit web --json
  rig verify inventories/prod.py --only base,ssh -v

\b
Exit codes: 0 every claim holds, 2 one does not, 1 state unknown
"""


@click.command(epilog=EPILOG)
@INVENTORY
@LIMIT
@ONLY
@forks(AT_ONCE)
@VERBOSE
@JSON
def command(
    *,
    inventory: Path,
    names: tuple[str, ...],
    only: tuple[str, ...],
    forks: int,
    verbose: bool,
    as_json: bool,
) -> int:
    """Test the running services, with tests that never use the code that configured them (read-only)."""
    hosts = limit(load(inventory), names)
    check(only, {host.name: host.rig.desired() for host in hosts} if only else {})
    hosts = tuple(host for host in hosts if not only or choose(host.rig.desired(), only).named)
    with console.Progress(f"verifying {', '.join(host.name for host in hosts)}"):
        reach(hosts)
        names = tuple(host.name for host in hosts)
        verified = accepting(verify(inventory, names, only=only, at_once=forks), hosts)
    if as_json:
        console.echo(document.as_json(as_document(verified, only)))
    else:
        show(verified, only, verbose=verbose)
    return int(verdict(verified))


def show(verified: Verified, only: Sequence[str] = (), *, verbose: bool = False) -> None:
    """Print what holds and what does not."""
    for line in verified.held if verbose else ():
        console.echo(f"{console.style('✓', 'green')} {line}")
    for finding in verified.findings:
        console.echo(f"{console.style('✗', 'red')} {finding.host}  {finding.subsystem}: {finding.summary}")
        console.echo(console.style(f"    {finding.where}", "dim"))
        for line in (finding.actual or "").splitlines():
            console.echo(f"    {line}")
    for line in terminal.accepted(verified.accepted):
        console.echo(line)
    reasons = sorted(set(verified.skipped))
    for reason in reasons:
        console.echo(console.style(f"- {verified.skipped.count(reason)} not tested: {reason}", "dim"))
    failed = len(verified.findings)
    line = f"{verified.passed} claims hold" + (f", {failed} do not" if failed else "")
    line += f"; only {', '.join(only)} tested" if only else ""
    console.echo(console.style(line, "red" if failed else "green"))


def as_document(verified: Verified, only: Sequence[str] = ()) -> document.VerifyDocument:
    """The same for programs; the schema is in docs/reference/schemas."""
    return document.VerifyDocument(
        exit=int(verdict(verified)),
        only=tuple(only),
        passed=verified.passed,
        skipped=tuple(verified.skipped),
        findings=tuple(verified.findings),
        accepted=tuple(verified.accepted),
    )
