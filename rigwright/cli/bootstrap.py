"""``rig bootstrap``: prepare a freshly installed host for all other commands."""

from __future__ import annotations

import getpass
import logging
import sys
from pathlib import Path

import click
import paramiko

from rigwright.bootstrap import known_hosts
from rigwright.bootstrap.prepare import bootstrap, check_user
from rigwright.bootstrap.shell import Target
from rigwright.console import note, say
from rigwright.errors import RigError
from rigwright.repository import ROOT
from rigwright.secrets import Secret

DEFAULT_KEY = Path("~/.ssh/id_ed25519")


class Terminal:
    """Asks at the terminal; passwords may come from standard input instead, one line for each."""

    def __init__(self, password_stdin: bool) -> None:
        self._password_stdin = password_stdin

    def same_key(self, target: Target, key: paramiko.PKey) -> bool:
        """Show the fingerprint and how to compare it, and take only a whole yes for one."""
        if self._password_stdin or not sys.stdin.isatty():
            raise RigError(
                f"its key {known_hosts.fingerprint(key)} is not pinned yet, and nobody can be asked",
                host=target.address,
                next_step="compare it at the host's console, then run again with --fingerprint SHA256:…",
            )
        say(f"{target.address} has this host key ({key.get_name()}):")
        say(f"  {known_hosts.fingerprint(key)}")
        say("Compare it at the host's own console, where nobody can stand in between:")
        say(f"  {known_hosts.console_command(key)}")
        return bool(click.prompt("Is it the same?", type=click.Choice(["yes", "no"])) == "yes")

    def password(self, account: str) -> Secret:
        """The next line of standard input, or what is typed without echo."""
        if self._password_stdin:
            return Secret(account, sys.stdin.readline().rstrip("\r\n"))
        if not sys.stdin.isatty():
            raise RigError(
                f"the password of {account} is needed, and nobody can be asked",
                next_step="run at a terminal, or give it on standard input with --password-stdin",
            )
        return Secret(account, getpass.getpass(f"password of {account}: "))

    def tell(self, text: str) -> None:
        """A line on standard output."""
        say(text)


@click.command("bootstrap")
@click.argument("host")
@click.option("--user", default=getpass.getuser, show_default="you", help="Who logs in from now on.")
@click.option("--login", help="Who can log in with a password now, such as root.  [default: USER]")
@click.option("--port", type=click.IntRange(1, 65535), default=22, show_default=True)
@click.option(
    "--key",
    type=click.Path(path_type=Path, dir_okay=False),
    help=f"Your private key; made if there is none.  [default: {DEFAULT_KEY}]",
)
@click.option(
    "--inventory-known-hosts",
    "file",
    type=click.Path(path_type=Path, dir_okay=False),
    default=ROOT / "inventories" / "known_hosts",
    show_default="inventories/known_hosts",
    help="Where the host key is pinned.",
)
@click.option(
    "--fingerprint", metavar="SHA256:…", help="The host key's fingerprint, if you know it: no question."
)
@click.option(
    "--password-stdin", is_flag=True, help="Read the user's password, then root's, from standard input."
)
def command(
    *,
    host: str,
    user: str,
    login: str | None,
    port: int,
    key: Path | None,
    file: Path,
    fingerprint: str | None,
    password_stdin: bool,
) -> None:
    """Prepare a freshly installed host for all other commands.

    Pins its host key, lets USER log in by key and use sudo without a password, and installs
    sudo and python3. On a host that is prepared it changes nothing and asks nothing.
    """
    # What paramiko logs comes back as an error too, which says more.
    logging.getLogger("paramiko").addHandler(logging.NullHandler())
    target = Target(host, port, check_user(user), key and key.expanduser(), file)
    path = target.key or DEFAULT_KEY.expanduser()
    bootstrap(target, check_user(login or user), path, fingerprint, Terminal(password_stdin))
    note(f"next: rig init {target.destination} writes an inventory; or add the host to one, and run rig plan")
