"""``rig bootstrap``: prepare a freshly installed host for all other commands."""

from __future__ import annotations

import getpass
import re
import sys
from pathlib import Path
from typing import TypeVar

import click
import paramiko

from rigwright.bootstrap import known_hosts
from rigwright.bootstrap.prepare import bootstrap, check_user
from rigwright.bootstrap.shell import Target
from rigwright.cli.options import DESTINATION
from rigwright.console import echo, note
from rigwright.errors import RigError
from rigwright.remote.destination import Destination
from rigwright.remote.next_steps import KNOWN_HOSTS
from rigwright.remote.route import Route, resolve
from rigwright.secrets import Secret

DEFAULT_KEY = Path("~/.ssh/id_ed25519")
FINGERPRINT = re.compile(r"(?:^|\s|sha256:)([A-Za-z0-9+/]{43})=?(?=\s|$)", re.IGNORECASE)


_Value = TypeVar("_Value", str, int)


class FingerprintType(click.ParamType):  # type: ignore[type-arg]  # click 8.1 has no type arguments
    """The SHA-256 fingerprint of a key, as ``ssh-keygen -l`` shows it; ``SHA256:`` may be left out."""

    name = "fingerprint"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The fingerprint with its prefix."""
        found = FINGERPRINT.search(str(value))
        if not found:
            self.fail(
                f"{value!r} is no SHA-256 fingerprint; write it as ssh-keygen -l shows it, SHA256:…",
                param,
                ctx,
            )
        return f"SHA256:{found[1]}"


def way(host: Destination, user: str | None, port: int | None) -> Route:
    """The way to HOST: as the options or HOST name account and port, else as ssh_config does.

    Raises:
        click.UsageError: They contradict each other.
    """
    return resolve(host.address, _one_of("user", user, host.user), _one_of("port", port, host.port))


def _one_of(name: str, option: _Value | None, part: _Value | None) -> _Value | None:
    if option is not None and part is not None and option != part:
        raise click.UsageError(f"--{name} {option} contradicts HOST, which names {part}")
    return part if option is None else option


class Terminal:
    """Prompts at the terminal; passwords may come from standard input instead, one line for each."""

    def __init__(self, password_stdin: bool) -> None:
        self._password_stdin = password_stdin

    def same_key(self, target: Target, key: paramiko.PKey) -> bool:
        """Show the fingerprint and how to compare it, and take only a whole yes for one."""
        if self._password_stdin or not sys.stdin.isatty():
            raise RigError(
                f"its key {known_hosts.fingerprint(key)} is not pinned, and needs a terminal to confirm it",
                host=target.address,
                next_step="compare it at the host's console, then run again with --fingerprint SHA256:…",
            )
        echo(f"{target.address} has this host key ({key.get_name()}):")
        echo(f"  {known_hosts.fingerprint(key)}")
        echo("Compare it at the host's own console, which cannot be intercepted:")
        echo(f"  {known_hosts.console_command(key)}")
        return bool(click.prompt("Is it the same?", type=click.Choice(["yes", "no"])) == "yes")

    def password(self, account: str) -> Secret:
        """The next line of standard input, or what is typed without echo."""
        if self._password_stdin:
            return Secret(account, sys.stdin.readline().rstrip("\r\n"))
        if not sys.stdin.isatty():
            raise RigError(
                f"the password of {account} is needed, and needs a terminal to type it",
                next_step="run at a terminal, or give it on standard input with --password-stdin",
            )
        return Secret(account, getpass.getpass(f"password of {account}: "))

    def show(self, text: str) -> None:
        """A line on standard output."""
        echo(text)


@click.command("bootstrap")
@click.argument("host", type=DESTINATION)
@click.option("--user", help="Who logs in afterwards.  [default: as in HOST or ssh_config, or you]")
@click.option("--login", help="An account that can log in with a password, such as root.  [default: USER]")
@click.option("--port", type=click.IntRange(1, 65535), help="[default: as in HOST or ssh_config, or 22]")
@click.option(
    "--key",
    type=click.Path(path_type=Path, dir_okay=False),
    help=f"Your private key; made if there is none.  [default: {DEFAULT_KEY}]",
)
@click.option(
    "--inventory-known-hosts",
    "file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Where the host key is pinned.  [default: inventories/known_hosts]",
)
@click.option(
    "--fingerprint",
    metavar="SHA256:…",
    type=FingerprintType(),
    help="The host key's fingerprint, if you know it: no prompt.",
)
@click.option(
    "--password-stdin", is_flag=True, help="Read the user's password, then root's, from standard input."
)
def command(
    *,
    host: Destination,
    user: str | None,
    login: str | None,
    port: int | None,
    key: Path | None,
    file: Path | None,
    fingerprint: str | None,
    password_stdin: bool,
) -> None:
    """Prepare a freshly installed host, [USER@]ADDRESS[:PORT], for all other commands.

    ADDRESS may be an alias of ~/.ssh/config, also behind a jump host.

    Pins its host key, lets USER log in by key and use sudo without a password, and installs
    sudo and python3. On a host that is prepared it changes nothing and prompts for nothing.
    """
    route = way(host, user, port)
    account = check_user(route.user)
    pinned = file or Path(route.known_hosts or KNOWN_HOSTS)
    target = Target(route.address, route.port, account, key and key.expanduser(), pinned, route)
    path = target.key or Path(next(iter(route.files), DEFAULT_KEY)).expanduser()
    bootstrap(target, check_user(login or account), path, fingerprint, Terminal(password_stdin))
    note(f"next: rig init {target.destination} writes an inventory; or add the host to one, and run rig plan")
