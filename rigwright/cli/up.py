"""``rig up``: start a lab host, apply the site to it, verify it, and show what to try next."""

from __future__ import annotations

import subprocess
import sys
from typing import get_args

import click

from rigwright import console
from rigwright.apply import terminal as apply_terminal
from rigwright.apply.converge import converge
from rigwright.apply.outcome import How
from rigwright.apply.outcome import verdict as converged
from rigwright.cli.verify import show as show_verified
from rigwright.drift.survey import Terms, survey
from rigwright.errors import Exit, RigError
from rigwright.inventory.load import Host, limit, load
from rigwright.repository import ROOT
from rigwright.settings.platform import NAMES, Os
from rigwright.verify import accepting, verify
from rigwright.verify import verdict as verified_as

INVENTORY = ROOT / "inventories" / "lab.py"
EPILOG = """\b
Examples:
  rig up                        a Debian 13 host named web, every setting at its default
  rig up everything             one with every setting changed
  rig up old --os debian12
"""


@click.command(epilog=EPILOG)
@click.argument("name", default="web")
@click.option("--os", "system", type=click.Choice(get_args(Os)), default="debian13", show_default=True)
def command(name: str, system: str) -> int:
    """Start a lab host, apply the site to it, verify it, and show what to try next."""
    console.echo(f"{console.style('1', 'bold')}  a lab host: {NAMES[system]}")  # type: ignore[index]
    _lab_up(name, system)
    (host,) = limit(load(INVENTORY), [name])
    console.echo(f"{console.style('2', 'bold')}  apply the site")
    with console.Progress(f"applying to {name}"):
        outcomes = converge(INVENTORY, survey([host], everything=True, terms=Terms(apart=True)), How())
    for outcome in outcomes:
        for line in apply_terminal.result(outcome):
            console.echo(line)
    if converged(outcomes) is not Exit.OK:
        return int(Exit.UNKNOWN)
    console.echo(f"{console.style('3', 'bold')}  verify what runs")
    with console.Progress(f"verifying {name}"):
        verified = accepting(verify(INVENTORY, [name]), [host])
    show_verified(verified)
    if verified_as(verified) is Exit.OK:
        console.echo(closing(host))
    return int(verified_as(verified))


def _lab_up(name: str, system: str) -> None:
    """A command of its own, because only this part needs root."""
    done = subprocess.run(
        [sys.executable, "-I", "-m", "rigwright", "lab", "up", name, "--os", system], check=False
    )
    if done.returncode:
        raise RigError(
            "the lab host did not come up", host=name, next_step=f"rig lab up {name} --os {system}"
        )


def closing(host: Host) -> str:
    """The page that ends ``rig up``."""
    address, name = host.data["ssh_hostname"], host.name
    rows = [
        (f"http://{address}/", "open it in a browser"),
        (f"./rig lab ssh {name}", "log in"),
        ("./rig drift", "compare it with the repository: exit 0 in sync, 2 drift, 1 state unknown"),
        (
            f"./rig lab ssh {name} -- sudo sh -c 'date >>{_a_file(host)}'",
            "then rig drift again: break it",
        ),
        ("./rig apply", "fix it"),
        (f"./rig lab down {name}", "throw it away"),
    ]
    lines = ["", console.style(f"{name} is up, in sync and verified.", "green", "bold"), ""]
    for what, why in rows:
        lines += [f"  {what}", console.style(f"      {why}", "dim")]
    return "\n".join(lines)


def _a_file(host: Host) -> str:
    """A file below /etc that every host has: the toolkit's own, applied before all subsystems."""
    return next(
        file.path for one in host.rig.desired() for file in one.files if file.path.startswith("/etc/")
    )
