"""``rig rehearse``: try the pending change on a lab host that stands in for a real one."""

from __future__ import annotations

import os
import subprocess
import sys
from itertools import count
from pathlib import Path

import click

from rigwright import console
from rigwright.cli import site
from rigwright.cli.lab_host import start
from rigwright.cli.options import inventory_first
from rigwright.errors import Exit, RigError
from rigwright.inventory.load import Host, limit, load, only
from rigwright.lab import rehearsal
from rigwright.observed.manifest import Applied
from rigwright.remote.ssh import Connection
from rigwright.repository import ROOT

NONE = "none"
EPILOG = """\b
Examples:
  rig rehearse inventories/prod.py studio
  rig rehearse inventories/prod.py studio --from v0.3.0
  rig rehearse inventories/prod.py studio --from none --keep     as on a bare host

\b
It reads from the real host which revision was applied to it last, and changes nothing there.
The lab host twin-NAME gets that revision, then the pending one, both scaled down and with secrets that are
made up; what differs from the real host is shown.

\b
Exit codes: 0 nothing breaks,
            2 something does: it is shown,
            1 the rehearsal itself failed
"""


@click.command(epilog=EPILOG)
@click.argument("words", nargs=-1, metavar="[INVENTORY] HOST")
@click.option("--from", "revision", help="A commit that stands for what the host has; none: nothing.")
@click.option("--keep", is_flag=True, help="Leave the lab host up.")
def command(*, words: tuple[str, ...], revision: str | None, keep: bool) -> int:
    """Try the pending change on a lab host, before the real one is touched."""
    inventory, names = inventory_first(words)
    if len(names) != 1:
        raise click.UsageError("name one host")
    host = only(load(inventory), names[0])
    number = count(1)
    console.step(next(number), f"what {host.name} has")
    base = _base(host, revision)
    os.environ[rehearsal.VARIABLE] = str(inventory.resolve())
    twin = rehearsal.lab_name(host.name)
    console.step(next(number), f"a lab host in its place: {twin}")
    start(twin, host.rig.platform.os, fresh=True)
    try:
        return int(_rehearsed(number, inventory, twin, base))
    finally:
        if keep:
            console.echo(f"{twin} is up: rig lab ssh {twin}; rig lab down {twin}")
        else:
            _run(["lab", "down", twin], ROOT)


def _base(host: Host, revision: str | None) -> str:
    """The revision to start from."""
    if revision is not None:
        console.echo(f"   {'nothing' if revision == NONE else revision}, as --from says")
        return revision
    connection = Connection(host.name, host.data)
    try:
        applied = rehearsal.last_applied(connection, host.name)
    finally:
        connection.close()
    if applied is None:
        console.echo("   nothing was applied to it yet")
        return NONE
    console.echo(f"   {_words(applied)}")
    return applied.revision


def _words(applied: Applied) -> str:
    dirty = applied.revision.endswith(rehearsal.DIRTY)
    more = "; files that were not committed then are left out" if dirty else ""
    return f"revision {applied.revision}, applied by {applied.by} at {applied.at}{more}"


def _rehearsed(number: count[int], inventory: Path, twin: str, base: str) -> Exit:
    (host,) = limit(load(ROOT / rehearsal.INVENTORY), [twin])
    site.prepare(host)
    if base != NONE:
        console.step(next(number), f"apply revision {base}, as the host has it")
        _apply_old(inventory, base, twin)
        site.release(host)
    console.step(next(number), "the pending change")
    _run(["plan", rehearsal.INVENTORY, "--limit", twin], ROOT)
    console.step(next(number), "apply it")
    names = tuple(name for one in host.rig.desired() for name in one.tls_names) if base != NONE else ()
    with rehearsal.visited(str(host.data["ssh_hostname"]), names) as visits:
        applied = _run(["apply", rehearsal.INVENTORY, "--limit", twin, "--yes"], ROOT)
    if applied == Exit.OK:
        site.release(host)
    console.step(next(number), "verify what runs")
    verified = _run(["verify", rehearsal.INVENTORY, "--limit", twin], ROOT)
    return _verdict(twin, applied, verified, visits)


def _apply_old(inventory: Path, base: str, twin: str) -> None:
    """By the code and the inventory of that revision."""
    if not inventory.resolve().is_relative_to(ROOT):
        raise RigError(
            "the inventory is outside the repository, so no revision has it",
            file=str(inventory),
            next_step="rig rehearse --from none",
        )
    with rehearsal.checkout(base) as tree:
        own = str(tree / inventory.resolve().relative_to(ROOT))
        code = _run(["apply", rehearsal.INVENTORY, "--limit", twin, "--yes"], tree, own)
    if code != Exit.OK:
        raise RigError(
            f"the lab host does not take revision {base}, which the real one has",
            host=twin,
            next_step="rig rehearse --from none, or with --keep to see why",
        )


def _run(words: list[str], tree: Path, inventory: str | None = None) -> int:
    """A command of the toolkit of a checkout, which prints for itself."""
    environment = {**os.environ, "PYTHONPATH": str(tree)}
    if inventory:
        environment[rehearsal.VARIABLE] = inventory
    done = subprocess.run([sys.executable, "-m", "rigwright", *words], cwd=tree, env=environment, check=False)
    return done.returncode


def _verdict(twin: str, applied: int, verified: int, visits: rehearsal.Visits) -> Exit:
    broken = []
    if applied != Exit.OK:
        broken.append("apply does not bring the host to its inventory")
    if verified != Exit.OK:
        broken.append("verify does not pass")
    if visits.failed:
        first, last = visits.failed[0], visits.failed[-1]
        broken.append(
            f"{len(visits.failed)} of {visits.requests} requests failed over {last[0] - first[0]:.1f} s, "
            f"the first: {first[1]}"
        )
    for line in broken:
        console.echo(f"{console.style('✗', 'red')} {line}")
    if broken:
        return Exit.CHANGES
    served = f", and {visits.requests} requests were served meanwhile" if visits.requests else ""
    console.echo(f"{console.style('✓', 'green')} nothing breaks on {twin}{served}")
    return Exit.OK
