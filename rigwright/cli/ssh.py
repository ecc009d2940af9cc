"""``rig ssh``: log in to a host of an inventory with the system's own ``ssh``."""

from __future__ import annotations

import os

import click

from rigwright.cli.options import Separated, inventory_first
from rigwright.errors import RigError
from rigwright.inventory.load import load, only
from rigwright.remote.openssh import arguments, script

EPILOG = """\b
Examples:
  rig ssh inventories/prod.py studio
  rig ssh studio -- uptime                   with RIG_INVENTORY=inventories/prod.py
  rig ssh studio -- 'sudo journalctl -u cron | tail'
  rig ssh studio -t -- sudo htop

\b
Exit codes: those of ssh: the command's own, 255 without a connection
"""


@click.command(cls=Separated, epilog=EPILOG, options_metavar="[OPTIONS]")
@click.argument("words", nargs=-1, required=True, metavar="[INVENTORY] NAME [-- COMMAND]")
@click.option("-t", "--tty", is_flag=True, help="Give the command a terminal.")
@click.pass_context
def command(ctx: click.Context, words: tuple[str, ...], tty: bool) -> None:
    """Log in to a host, or run a command on it, with its user, port, key and pinned host key.

    It is the system's ssh, so your own ssh_config, agent and jump hosts work.
    One word behind -- is a script for the host's shell; several are a command and its arguments.
    """
    inventory, names = inventory_first(words)
    if len(names) != 1:
        raise click.UsageError("name one host, and write the command behind --")
    next_step = f"name one of them, or: rig run {inventory} --limit {names[0]} -- COMMAND"
    host = only(load(inventory), names[0], next_step)
    remote = ctx.meta[Separated.WORDS]
    argv = [*arguments(host.name, host.data), *([script(remote)] if remote else [])]
    if tty:
        argv.insert(1, "-t")
    try:
        os.execvp(argv[0], argv)  # noqa: S606  no shell is the point
    except OSError as error:
        raise RigError("ssh is not installed here", next_step="install OpenSSH's client") from error
