"""``rig up``: start a lab host, apply the site to it, verify it, and show what to try next."""

from __future__ import annotations

from itertools import count
from typing import get_args

import click

from rigwright import console
from rigwright.apply import terminal as apply_terminal
from rigwright.apply.converge import converge
from rigwright.apply.outcome import How
from rigwright.apply.outcome import verdict as converged
from rigwright.cli import site as example
from rigwright.cli.lab_host import start
from rigwright.cli.verify import show as show_verified
from rigwright.drift.survey import Terms, survey
from rigwright.errors import Exit
from rigwright.inventory.load import Host, limit, load
from rigwright.lab import DEFAULT_OS
from rigwright.repository import ROOT
from rigwright.settings.platform import NAMES, Os
from rigwright.verify import accepting, verify
from rigwright.verify import verdict as verified_as

INVENTORY = ROOT / "inventories" / "lab.py"
DEFAULT_NAME = "web"
EPILOG = """\b
Examples:
  rig up                        a Debian 13 host named web, every setting at its default
  rig up everything             one with every setting changed
  rig up old --os debian12
  rig up --site odavl           the host of inventories/examples/odavl.py, scaled down
"""


@click.command(epilog=EPILOG)
@click.argument("name", required=False)
@click.option("--os", "system", type=click.Choice(get_args(Os)), help="[default: the site's, or debian13]")
@click.option("--site", help="Stand in for the host of this example, with applications that serve.")
def command(name: str | None, system: Os | None, site: str | None) -> int:
    """Start a lab host, apply the site to it, verify it, and show what to try next."""
    if site and name and site not in name.split("-"):
        raise click.UsageError(f"a host that stands in for {site} is named after it, such as try-{site}")
    name = name or site or DEFAULT_NAME
    number = count(1)
    host = _started(next(number), name, system or (example.system_of(site) if site else DEFAULT_OS))
    if site:
        console.step(next(number), "what is scaled down")
        example.prepare(host)
    console.step(next(number), "apply the site")
    if _apply(host) is not Exit.OK:
        return int(Exit.UNKNOWN)
    if site:
        console.step(next(number), "release stand-ins for its applications")
        example.release(host)
    console.step(next(number), "verify what runs")
    with console.Progress(f"verifying {name}"):
        verified = accepting(verify(INVENTORY, [name]), [host])
    show_verified(verified)
    if verified_as(verified) is Exit.OK:
        console.echo(closing(host))
    return int(verified_as(verified))


def _started(number: int, name: str, system: Os) -> Host:
    console.step(number, f"a lab host: {NAMES[system]}")
    start(name, system)
    (host,) = limit(load(INVENTORY), [name])
    return host


def _apply(host: Host) -> Exit:
    with console.Progress(f"applying to {host.name}"):
        outcomes = converge(INVENTORY, survey([host], everything=True, terms=Terms(apart=True)), How())
    for outcome in outcomes:
        for line in apply_terminal.result(outcome):
            console.echo(line)
    return converged(outcomes)


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
