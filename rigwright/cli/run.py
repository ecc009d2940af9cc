"""``rig run``: run a command on many hosts at a time."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Sequence
from types import FrameType

import click

from rigwright import console
from rigwright.cli.options import JSON, LIMIT, Separated, forks, inventory_first
from rigwright.errors import Exit, RigError
from rigwright.inventory.fan_out import WORKING_AT_ONCE, query_hosts
from rigwright.inventory.load import Host, limit, load
from rigwright.remote.openssh import script
from rigwright.remote.ssh import Connection
from rigwright.remote.stream import Where, stream
from rigwright.report import document
from rigwright.report.document import HostRun

NO_CONNECTION = 255
"""As ssh(1) has it."""

EPILOG = """\b
Examples:
  rig run inventories/prod.py -- uptime
  rig run inventories/prod.py --limit 'web*,!web3' -- sudo systemctl restart cron
  rig run inventories/prod.py -- 'df -h / | tail -1'
  rig run inventories/prod.py --json -- uname -r | jq -r '.hosts[] | "\\(.name) \\(.stdout)"'

\b
Exit codes: 0 where every command ended with 0; the command's own where those that failed agree;
            1 where they do not; 255 where a host's command did not run or did not end
"""


@click.command(cls=Separated, epilog=EPILOG)
@click.argument("words", nargs=-1, metavar="[INVENTORY] -- COMMAND")
@LIMIT
@forks(WORKING_AT_ONCE)
@JSON
@click.pass_context
def command(
    ctx: click.Context, words: tuple[str, ...], names: tuple[str, ...], forks: int, as_json: bool
) -> int:
    """Run a command on many hosts at a time, as the user who logs in; sudo may stand in it.

    Each line of output has its host's name in front.
    One word behind -- is a script for the host's shell; several are a command and its arguments.
    """
    remote = ctx.meta[Separated.WORDS]
    inventory, rest = inventory_first(words)
    if not remote or rest:
        raise click.UsageError("write the command behind --: rig run inventories/prod.py -- uptime")
    hosts = limit(load(inventory), names)
    signal.signal(signal.SIGINT, _interrupted)
    results = run(hosts, script(remote), at_once=forks, live=not as_json)
    code = exit_code([one.code for one in results])
    if as_json:
        console.echo(document.as_json(document.RunDocument(exit=code, hosts=tuple(results))))
    else:
        _summary(results)
    return code


def run(hosts: Sequence[Host], remote: str, *, at_once: int, live: bool) -> list[HostRun]:
    """Run a script on these hosts; print their lines as they come, or keep them only."""
    width = max(len(host.name) for host in hosts)
    turn = threading.Lock()

    def one(host: Host, connection: Connection) -> HostRun:
        lines: dict[Where, list[str]] = {"stdout": [], "stderr": []}

        def receive(line: str, where: Where) -> None:
            lines[where].append(line)
            if live:
                with turn:
                    _line(f"{host.name:{width}}", line, where)

        try:
            code, failure = stream(host.name, connection, remote, receive), None
        except RigError as error:
            code, failure = None, error
        return HostRun(host.name, code, _text(lines["stdout"]), _text(lines["stderr"]), failure)

    return query_hosts(hosts, one, lambda host, error: HostRun(host.name, None, "", "", error), at_once)


def exit_code(codes: Sequence[int | None]) -> int:
    """The one code for those of the hosts; None is of a host whose command did not run or did not end."""
    if None in codes:
        return NO_CONNECTION
    failed = {code for code in codes if code}
    return failed.pop() if len(failed) == 1 else int(bool(failed))


def _text(lines: Sequence[str]) -> str:
    return "".join(f"{line}\n" for line in lines)


def _line(name: str, line: str, where: Where) -> None:
    shown = "\t".join(map(console.printable, line.split("\t")))
    if where == "stderr":
        console.note(f"{console.style(name, 'red', stream=sys.stderr)} {shown}")
    else:
        console.echo(f"{console.style(name, 'blue')} {shown}")


def _summary(results: Sequence[HostRun]) -> None:
    """What failed, on standard error: standard output is the hosts' alone."""
    for one in results:
        if one.error:
            console.note(str(one.error))
        elif one.code:
            console.note(f"{one.name}: exit code {one.code}")


def _interrupted(_number: int, _frame: FrameType | None) -> None:
    """End at once: threads that wait for hosts would hold the interpreter."""
    console.note("interrupted; what runs on the hosts may go on")
    os._exit(Exit.UNKNOWN)
