"""``rig verify``: test the running services of hosts."""

from __future__ import annotations

from pathlib import Path

import click

from rigwright import console
from rigwright.cli.options import INVENTORY, JSON, LIMIT
from rigwright.drift.survey import reach
from rigwright.inventory.load import limit, load
from rigwright.report import document, terminal
from rigwright.verify import Verified, accepting, verdict, verify

EPILOG = """\b
Examples:
  rig verify inventories/prod.py
  rig verify inventories/lab.py --limit web --json

\b
Exit codes: 0 every claim holds, 2 one does not, 1 state unknown
"""


@click.command(epilog=EPILOG)
@INVENTORY
@LIMIT
@JSON
def command(inventory: Path, names: tuple[str, ...], as_json: bool) -> int:
    """Test the running services, with tests that never use the code that configured them (read-only)."""
    hosts = limit(load(inventory), names)
    with console.Progress(f"verifying {', '.join(host.name for host in hosts)}"):
        reach(hosts)
        verified = accepting(verify(inventory, [host.name for host in hosts]), hosts)
    if as_json:
        console.echo(document.as_json(as_document(verified)))
    else:
        show(verified)
    return int(verdict(verified))


def show(verified: Verified) -> None:
    """Print what holds and what does not."""
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
    console.echo(console.style(line, "red" if failed else "green"))


def as_document(verified: Verified) -> document.VerifyDocument:
    """The same for programs; the schema is in docs/reference/schemas."""
    return document.VerifyDocument(
        exit=int(verdict(verified)),
        passed=verified.passed,
        skipped=tuple(verified.skipped),
        findings=tuple(verified.findings),
        accepted=tuple(verified.accepted),
    )
