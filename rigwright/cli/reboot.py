"""``rig reboot``: reboot hosts that need it, in good order, and look at what came back."""

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
from rigwright.reboot.survey import Looked, look

TIMEOUT_SECONDS = 900
"""A server with much memory tests it for minutes before it boots."""

EPILOG = """\b
Examples:
  rig reboot inventories/prod.py                        which hosts need a reboot, and why
  rig reboot inventories/prod.py --limit studio --yes
  rig reboot inventories/prod.py --limit studio --always --yes

\b
Exit codes, without --yes: 0 no host needs a reboot, 2 one does, 1 it must not now, or could not tell
Exit codes, with --yes:    0 none needed one, or all came back as the inventory says,
                           2 one came back and is not as it should be, 1 refused, not back, or could not tell
"""


@click.command(epilog=EPILOG)
@INVENTORY
@LIMIT
@JSON
@click.option("--yes", is_flag=True, help="Reboot; without it nothing is done but looking.")
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
    """Reboot hosts that need it: end what is under way, reboot, wait, verify.

    Without --yes it only tells which hosts need a reboot, why, and what forbids it now.
    Hosts are rebooted one after the other. It begins with none while one must not be rebooted, and
    ends at the first that does not come back as the inventory says; the others are left alone.
    """
    # What paramiko logs while a host is down comes back as an error too, which says more.
    logging.getLogger("paramiko").addHandler(logging.NullHandler())
    hosts = limit(load(inventory), names)
    with console.Progress(f"asking {', '.join(host.name for host in hosts)}"):
        looked = look(hosts)
    due = [one for one in looked if one.due(always=always)]
    if not as_json:
        console.say(terminal.before(looked, always=always))
    code = decide.worst(one.code(always=always) for one in looked)
    rebooted: list[Rebooted] = []
    if yes and due and code is not Exit.UNKNOWN:
        rebooted = _one_by_one(inventory, due, timeout_seconds, quiet=as_json)
        code = decide.worst(one.code for one in rebooted)
    if as_json:
        console.say(terminal.as_json(looked, rebooted, code))
    elif not yes and code is Exit.CHANGES:
        console.say("nothing was rebooted: --yes does")
    return int(code)


def _one_by_one(
    inventory: Path, due: Sequence[Looked], timeout_seconds: int, *, quiet: bool
) -> list[Rebooted]:
    """Reboot these, up to and with the first that is not as it should be afterwards."""
    rebooted: list[Rebooted] = []
    for number, one in enumerate(due, 1):
        with console.Progress(f"rebooting {one.host.name}") as progress:
            became = reboot(inventory, one, timeout_seconds, progress.update)
            progress.update(f"rebooting {one.host.name}")
        rebooted.append(became)
        if not quiet:
            console.say(terminal.after(became))
        if became.code is not Exit.OK:
            if left := ", ".join(other.host.name for other in due[number:]):
                console.note(f"left alone: {left}")
            break
    return rebooted
