"""``rig release``: make another version of an application live, see what serves, and go back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timezone

import click

from rigwright import console
from rigwright.cli.options import JSON, LIMIT, inventory_first
from rigwright.desired import ReleaseTool
from rigwright.errors import Exit, RigError
from rigwright.inventory.load import Host, limit, load
from rigwright.release import carry_out, terminal
from rigwright.release import plan as plans
from rigwright.release.known import Known, Run
from rigwright.remote.ssh import Connection

SEEN = """\b
Examples:
  rig release {name} inventories/prod.py
  rig release {name} inventories/prod.py --limit studio --json

\b
Exit codes: 0 {good}, 1 state unknown{more}
"""
DONE = """\b
Examples:
  rig release {name} inventories/prod.py {words}

\b
Exit codes: 0 the new release serves,
            2 it was refused, and what served before serves,
            1 failed or state unknown
"""


@click.group("release")
def command() -> None:
    """Make another version of an application live, see what serves, and go back."""


IMAGE = "[INVENTORY] APP IMAGE@DIGEST"
SKIP = click.option("--skip", "skip", multiple=True, metavar="CHECK", help="Leave a check out; repeatable.")
REASON = click.option("--reason", metavar="TEXT", help="Why, which the history shows.")


@command.command(
    "plan",
    epilog=SEEN.format(name="plan", good="it would begin", more=", 2 a check fails").replace(
        "--limit studio --json", "shop 127.0.0.1:5000/shop@sha256:…"
    ),
)
@click.argument("words", nargs=-1, metavar=IMAGE)
@SKIP
@REASON
@LIMIT
@JSON
def plan(
    *,
    words: tuple[str, ...],
    skip: tuple[str, ...],
    reason: str | None,
    names: tuple[str, ...],
    as_json: bool,
) -> int:
    """Show what a release would do, and check what must be well before (read-only)."""
    host, tool, digest = _image(words, names)
    return _plan(host, tool, digest, _skipped(skip, reason), as_json=as_json)


@command.command("start", epilog=DONE.format(name="start", words="shop 127.0.0.1:5000/shop@sha256:…"))
@click.argument("words", nargs=-1, metavar=IMAGE)
@click.option("--dry-run", is_flag=True, help="Show what it would do, as plan does, and change nothing.")
@SKIP
@REASON
@LIMIT
@JSON
def start(
    *,
    words: tuple[str, ...],
    dry_run: bool,
    skip: tuple[str, ...],
    reason: str | None,
    names: tuple[str, ...],
    as_json: bool,
) -> int:
    """Make an image live beside what serves, then end what served before.

    A check that fails refuses it before anything changes. After Ctrl-C it goes on on the host.
    """
    host, tool, digest = _image(words, names)
    skipped = _skipped(skip, reason)
    if dry_run:
        return _plan(host, tool, digest, skipped, as_json=as_json)
    return _change(host, tool, ("release", digest), skipped, as_json=as_json)


def _image(words: tuple[str, ...], names: tuple[str, ...]) -> tuple[Host, ReleaseTool, str]:
    inventory, rest = inventory_first(words)
    if len(rest) != 2:  # noqa: PLR2004  the application and its image
        raise click.UsageError("name the application and its image by digest: APP NAME@sha256:…")
    host, tool = carry_out.tool_of(limit(load(inventory), names), rest[0])
    return host, tool, carry_out.digest_of(rest[1], tool)


def _skipped(checks: tuple[str, ...], reason: str | None) -> dict[str, str]:
    if checks and not (reason or "").strip():
        raise click.UsageError("--skip needs --reason, which the history shows")
    if reason and not checks:
        raise click.UsageError("--reason is for --skip: name the check that it leaves out")
    return dict.fromkeys(checks, (reason or "").strip())


def _plan(host: Host, tool: ReleaseTool, digest: str, skipped: Mapping[str, str], *, as_json: bool) -> int:
    connection = Connection(host.name, host.data)
    try:
        found = plans.ask(connection, host.name, tool, digest, skipped)
    finally:
        connection.close()
    console.echo(plans.json_of(host.name, found) if as_json else plans.text_of(host.name, found))
    return int(Exit.OK if found.good else Exit.CHANGES)


@command.command("rollback", epilog=DONE.format(name="rollback", words="shop"))
@click.argument("words", nargs=-1, metavar="[INVENTORY] APP [NUMBER]")
@LIMIT
@JSON
def rollback(*, words: tuple[str, ...], names: tuple[str, ...], as_json: bool) -> int:
    """Make the previous release live again, or the kept one of this number.

    Its image is on the host, so no network is needed. After Ctrl-C it goes on on the host.
    """
    inventory, rest = inventory_first(words)
    if len(rest) not in (1, 2) or (len(rest) == 2 and not rest[1].isdigit()):  # noqa: PLR2004  APP NUMBER
        raise click.UsageError(
            "name the application, and where it is not the previous one the number of a release"
        )
    host, tool = carry_out.tool_of(limit(load(inventory), names), rest[0])
    what = rest[1] if len(rest) > 1 else "previous"
    return _change(host, tool, ("rollback", what), {}, as_json=as_json)


@command.command(
    "status",
    epilog=SEEN.format(
        name="status", good="what serves has its settings", more=", 2 a release is cut off or waits"
    ),
)
@click.argument("words", nargs=-1, metavar="[INVENTORY]")
@LIMIT
@JSON
def status(*, words: tuple[str, ...], names: tuple[str, ...], as_json: bool) -> int:
    """Show what serves, what is under way, and what waits for a release (read-only)."""
    found = _known(words, names)
    now = datetime.now(timezone.utc)
    lines = (terminal.status_text(host, one, now) for host, one in found)
    console.echo(terminal.as_json(found) if as_json else "\n".join(lines))
    return int(Exit.CHANGES if any(one.waits or one.cut_off for _, one in found) else Exit.OK)


@command.command("history", epilog=SEEN.format(name="history", good="shown", more=""))
@click.argument("words", nargs=-1, metavar="[INVENTORY]")
@LIMIT
@JSON
def history(*, words: tuple[str, ...], names: tuple[str, ...], as_json: bool) -> int:
    """Show every release that ended, how, and why (read-only)."""
    found = _known(words, names)
    lines = (terminal.history_text(host, one) for host, one in found)
    console.echo(terminal.as_json(found) if as_json else "\n".join(lines))
    return int(Exit.OK)


def _known(words: tuple[str, ...], names: tuple[str, ...]) -> list[tuple[str, Known]]:
    inventory, rest = inventory_first(words)
    if rest:
        raise click.UsageError("name an inventory, such as inventories/prod.py, and nothing else")
    hosts = limit(load(inventory), names)
    tools = [(host, tool) for host in hosts for one in host.rig.desired() for tool in one.release_tools]
    if not tools:
        raise RigError(
            "no host of the inventory declares an application", next_step="declare one there, and apply"
        )
    with console.Progress("querying releases"):
        found = []
        for host, tool in tools:
            connection = Connection(host.name, host.data)
            try:
                found.append((host.name, carry_out.status(connection, host.name, tool)))
            finally:
                connection.close()
    return found


def _change(
    host: Host, tool: ReleaseTool, words: tuple[str, str], skipped: Mapping[str, str], *, as_json: bool
) -> int:
    connection = Connection(host.name, host.data)
    shown = 0

    def show(run: Run) -> None:
        nonlocal shown
        lines = list(terminal.step_lines(run, shown))
        shown += len(lines)
        for line in () if as_json else lines:
            console.echo(line)

    try:
        run = carry_out.carry_out(connection, host.name, tool, words, show, skipped=skipped)
        after = carry_out.status(connection, host.name, tool)
    finally:
        connection.close()
    if as_json:
        console.echo(terminal.as_json([(host.name, after)]))
    else:
        console.echo(terminal.end_line(tool.app, run, after.live))
    return int(Exit.OK if run.outcome == "live" else Exit.CHANGES)
