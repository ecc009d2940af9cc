"""``rig reboot``: reboot hosts that need it, one by one, and verify them afterwards."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path

import click

from rigwright import console
from rigwright.cli.options import INVENTORY, JSON, LIMIT
from rigwright.errors import Exit
from rigwright.inventory.load import limit, load
from rigwright.reboot import decide, terminal
from rigwright.reboot.carry_out import Rebooted, reboot
from rigwright.reboot.survey import RebootReport, survey

TIMEOUT_SECONDS = 900
"""A server with much memory tests it for minutes before it boots."""

EPILOG = """\b
Examples:
  rig reboot inventories/prod.py                        which hosts need a reboot, and why
  rig reboot inventories/prod.py --limit studio --yes
  rig reboot inventories/prod.py --limit studio --always --yes

\b
Exit codes, without --yes: 0 no host needs a reboot, 2 one does, 1 a reboot is blocked, or state unknown
Exit codes, with --yes:    0 none needed one, or all came back in their desired state,
                           2 one came back and differs, 1 refused, not back, or state unknown
"""


@click.command(epilog=EPILOG)
@INVENTORY
@LIMIT
@JSON
@click.option("--yes", is_flag=True, help="Reboot; without it the command is read-only.")
@click.option("--always", is_flag=True, help="Also hosts that need no reboot.")
@click.option(
    "--timeout",
    "timeout_seconds",
    metavar="SECONDS",
    type=click.IntRange(1, 86_400),
    default=TIMEOUT_SECONDS,
    show_default=True,
    help="How long a host may take to come back with everything started.",
)
def command(
    *,
    inventory: Path,
    names: tuple[str, ...],
    as_json: bool,
    yes: bool,
    always: bool,
    timeout_seconds: int,
) -> int:
    """Reboot hosts that need it: drain, reboot, wait, verify.

    Without --yes it only shows which hosts need a reboot, why, and what blocks it.
    Hosts are rebooted one after the other. It begins with none while a reboot of one is blocked, and
    ends at the first that does not come back in its desired state; the others are left alone.
    """
    # What paramiko logs while a host is down is raised as an error too, which has more detail.
    logging.getLogger("paramiko").addHandler(logging.NullHandler())
    hosts = limit(load(inventory), names)
    with console.Progress(f"querying {', '.join(host.name for host in hosts)}"):
        reports = survey(hosts)
    due = [one for one in reports if one.due(always=always)]
    if not as_json:
        console.echo(terminal.before(reports, always=always))
    code = decide.worst(one.code(always=always) for one in reports)
    rebooted: list[Rebooted] = []
    if yes and due and code is not Exit.UNKNOWN:
        rebooted = _one_by_one(inventory, due, timeout_seconds, quiet=as_json)
        code = decide.worst(one.code for one in rebooted)
    if as_json:
        console.echo(terminal.as_json(reports, rebooted, code))
    elif not yes and code is Exit.CHANGES:
        console.echo("nothing was rebooted: --yes does")
    return int(code)


def _one_by_one(
    inventory: Path, due: Sequence[RebootReport], timeout_seconds: int, *, quiet: bool
) -> list[Rebooted]:
    """Reboot these, up to and with the first that differs afterwards."""
    rebooted: list[Rebooted] = []
    for number, one in enumerate(due, 1):
        with console.Progress(f"rebooting {one.host.name}") as progress:
            became = reboot(inventory, one, timeout_seconds, progress.step)
            progress.update(f"rebooting {one.host.name}")
        rebooted.append(became)
        if not quiet:
            console.echo(terminal.after(became))
        if became.code is not Exit.OK:
            if left := ", ".join(other.host.name for other in due[number:]):
                console.note(f"left alone: {left}")
            break
    return rebooted
