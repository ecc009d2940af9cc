"""Start a release or a rollback on a host, follow its steps, and ask afterwards how it ended."""

from __future__ import annotations

import getpass
import json
import re
import secrets
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from rigwright.desired import ReleaseTool
from rigwright.errors import RigError
from rigwright.inventory.load import Host
from rigwright.release.known import Known, Run, known
from rigwright.remote.ssh import Connection

START = Path(__file__).with_name("start.sh").read_text()
EVERY_SECONDS = 0.5
BEGINS_SECONDS = 4
DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
Show = Callable[[Run], None]


def tool_of(hosts: tuple[Host, ...], app: str) -> tuple[Host, ReleaseTool]:
    """The one host that declares an application, and its tool.

    Raises:
        RigError: None does, or several.
    """
    found = [
        (host, tool)
        for host in hosts
        for one in host.rig.desired()
        for tool in one.release_tools
        if tool.app == app
    ]
    if not found:
        raise RigError(
            f"no host of the inventory declares the application {app}",
            next_step="declare it there and apply, or correct the name",
        )
    if len(found) > 1:
        names = ", ".join(host.name for host, _ in found)
        raise RigError(f"several hosts declare {app}: {names}", next_step="choose one with --limit")
    return found[0]


def digest_of(image: str, tool: ReleaseTool) -> str:
    """The digest of an image that is written as ``sha256:…`` or with its declared repository before.

    Raises:
        RigError: It is a tag, or another repository's.
    """
    name, _, digest = image.rpartition("@")
    if not DIGEST.fullmatch(digest):
        raise RigError(
            f"{image} has no digest, and a tag may be another image tomorrow",
            next_step="write NAME@sha256:…, as the push of the image prints it",
        )
    if name and name != tool.image:
        raise RigError(
            f"{name} is not the image of {tool.app}, which is {tool.image}",
            next_step="release an image of that name, or change the inventory and apply",
        )
    return digest


def last_line(stderr: str) -> str:
    """What a tool that failed printed last."""
    return (stderr.strip().splitlines() or ["no output"])[-1]


def status(connection: Connection, host: str, tool: ReleaseTool) -> Known:
    """What the host records of an application."""
    done = connection.root(["sh", "-c", f"{tool.command} status"])
    if done.code:
        raise RigError(last_line(done.stderr), host=host, next_step=f"rig drift --limit {host}")
    found = next((one for one in known(done.stdout, host) if one.app == tool.app), None)
    if found is None:
        raise RigError(f"the application {tool.app} is not on the host yet", host=host, next_step="rig apply")
    return found


def carry_out(
    connection: Connection,
    host: str,
    tool: ReleaseTool,
    words: tuple[str, str],
    show: Show,
    *,
    skipped: Mapping[str, str],
) -> Run:
    """Make a change and wait for its end.

    Args:
        connection: To the host.
        host: Its name.
        tool: The application's.
        words: ``release`` and a digest, or ``rollback`` and a number or ``previous``.
        skipped: Checks that are not made, each with the reason.
        show: Called with what is known of it, whenever that changes.

    Returns:
        How it ended, as the host recorded it.

    Raises:
        RigError: It did not begin, or its end is unknown.
    """
    id_ = secrets.token_hex(4)
    verb, what = words
    command = [*tool.command.split(), verb, tool.app, what, id_, getpass.getuser()]
    command += [json.dumps(dict(skipped))] if skipped else []
    recover = f"{tool.command} recover {tool.app}"
    done = connection.root(["sh", "-c", START, "rigwright", tool.unit, recover, *command])
    if done.code:
        raise _not_begun(done.stderr, status(connection, host, tool), host)
    return _followed(connection, host, tool, id_, show)


def _followed(connection: Connection, host: str, tool: ReleaseTool, id_: str, show: Show) -> Run:
    until, last = time.monotonic() + BEGINS_SECONDS, None
    while True:
        run = status(connection, host, tool).run(id_)
        if run and run != last:
            show(run)
            last = run
        if run and run.outcome:
            return run
        if not _runs(connection, tool) and time.monotonic() > until:
            return _unknown(connection, host, tool, id_)
        if run:
            until = time.monotonic() + BEGINS_SECONDS
        time.sleep(EVERY_SECONDS)


def _runs(connection: Connection, tool: ReleaseTool) -> bool:
    return connection.root(["systemctl", "is-active", "-q", tool.unit]).code == 0


def _unknown(connection: Connection, host: str, tool: ReleaseTool, id_: str) -> Run:
    run = status(connection, host, tool).run(id_)
    if run and run.outcome:
        return run
    lines = connection.root(
        ["journalctl", "-q", "-o", "cat", "-n", "20", "-u", tool.unit]
    ).stdout.splitlines()
    log = next((line for line in reversed(lines) if not line.startswith(tool.unit)), "")
    raise RigError(
        f"the change of {tool.app} did not end in good order: {log or 'it left no word'}",
        host=host,
        next_step=f"rig release status --limit {host}",
    )


def _not_begun(stderr: str, known_: Known, host: str) -> RigError:
    if held := known_.under_way:
        return RigError(
            f"{held.kind} {held.version.number} of {known_.app} is under way, by {held.by} since "
            f"{held.steps[0][1]:%H:%M:%S} UTC, at {held.steps[-1][0]}",
            host=host,
            next_step="wait until it ends: rig release status",
        )
    return RigError(last_line(stderr), host=host)
