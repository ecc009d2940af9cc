"""``rig lab``: real hosts on this machine."""

from __future__ import annotations

import json
import os
import shlex
import sys
from dataclasses import asdict
from typing import cast, get_args

import click

from rigwright.console import echo, note
from rigwright.errors import RigError
from rigwright.lab.fault import FAULTS, inject
from rigwright.lab.recipe import Kind
from rigwright.settings.platform import Os

DEFAULT_NAME = "web"
FAULT_WORDS = "\b\nFaults:\n" + "".join(f"  {name:<14} {words}\n" for name, (_, words) in FAULTS.items())
names_argument = click.argument("names", nargs=-1, metavar="[NAME]...")


@click.group(name="lab")
def command() -> None:
    """Manage real Debian and Ubuntu hosts on this machine, each in a container that boots, or in a VM.

    A container is no security boundary: root on it can become root of this machine.
    """


def check_kernel(platform: str) -> None:
    """Nothing, where lab hosts can run.

    Args:
        platform: The operating system, as ``sys.platform`` names it.

    Raises:
        RigError: It is not Linux.
    """
    if platform != "linux":
        raise RigError(
            f"lab hosts need the Linux kernel, and this machine runs {platform}",
            next_step="use a Linux machine: docs/how-to/operate-from-macos-or-wsl.md",
        )


def become_root() -> None:
    """Start this same command again as root, unless it is root already.

    Raises:
        RigError: This is not Linux, or sudo is not there.
    """
    check_kernel(sys.platform)
    if os.geteuid() == 0:
        return
    note("needs root, starting sudo: hosts have kernel namespaces and a network of their own")
    again = ["sudo", "--", sys.executable, "-I", "-m", "rigwright", *sys.argv[1:]]
    try:
        os.execvp(again[0], again)  # noqa: S606  no shell is the point
    except OSError as error:
        raise RigError("needs root, and sudo is not installed", next_step="run it as root") from error


@command.command()
@names_argument
@click.option("--os", "system", type=click.Choice(get_args(Os)), default="debian13", show_default=True)
@click.option(
    "--fresh", is_flag=True, help="As freshly installed: a user with a password, no key, no sudoers file."
)
@click.option(
    "--kind",
    type=click.Choice(get_args(Kind)),
    default="container",
    show_default=True,
    help="A VM has a kernel, disks and reboots of its own, and takes longer. An s3 serves buckets over TLS.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the hosts as JSON.")
def up(names: tuple[str, ...], system: str, fresh: bool, kind: str, as_json: bool) -> None:
    """Start hosts, and wait until they respond over SSH. Default name: web."""
    become_root()
    from rigwright import lab
    from rigwright.lab.s3 import AUTHORITY, endpoint

    found = [
        lab.up(name, cast("Os", system), fresh=fresh, kind=cast("Kind", kind))
        for name in names or (DEFAULT_NAME,)
    ]
    if as_json:
        echo(json.dumps([asdict(host) for host in found], indent=1))
        return
    for host in found:
        echo(f"{host.name}  {host.os}  {host.kind}  {host.address}  {host.address6}")
        echo(
            f"  user {host.user}" + (f", password {host.password}" if host.password else f", key {host.key}")
        )
        echo(f"  log in: rig lab ssh {host.name}")
        if host.kind == "s3":
            found_endpoint = endpoint(host)
            echo(f"  {found_endpoint.url}, region {found_endpoint.region}, CA {AUTHORITY} on the host")
            echo(f"  access key {found_endpoint.access_key}, secret key {found_endpoint.secret_key}")


@command.command()
@names_argument
@click.option("--all", "everything", is_flag=True, help="Every host, and what is left of killed runs.")
@click.option("--images", is_flag=True, help="With --all: the images too.")
def down(names: tuple[str, ...], everything: bool, images: bool) -> None:
    """Remove hosts with all their data on this machine. Default name: web."""
    if everything and names:
        raise click.UsageError("--all takes no names")
    if images and not everything:
        raise click.UsageError("--images needs --all, because hosts need their images")
    become_root()
    from rigwright import lab

    if everything:
        lab.down_all(images=images)
    else:
        for name in names or (DEFAULT_NAME,):
            lab.down(name)


@command.command(name="list")
@click.option("--json", "as_json", is_flag=True, help="Print the hosts as JSON.")
def list_command(as_json: bool) -> None:
    """List the hosts that are running."""
    from rigwright.lab.host import hosts
    from rigwright.lab.paths import host_folder
    from rigwright.lab.record import names

    found = hosts()
    hidden = [name for name in names() if not os.access(host_folder(name), os.X_OK)]
    if hidden:
        note(f"{', '.join(hidden)}: made by another user of this machine; sudo rig lab list shows them")
    if as_json:
        echo(json.dumps([asdict(host) for host in found], indent=1))
        return
    for host in found:
        fresh = "  fresh" if host.password else ""
        echo(f"{host.name:<16} {host.os:<11} {host.kind:<10} {host.address:<15} {host.address6}{fresh}")


@command.command()
@names_argument
def reset(names: tuple[str, ...]) -> None:
    """Give hosts their pristine disk back; addresses, keys and passwords stay. Default name: web."""
    become_root()
    from rigwright import lab

    for name in names or (DEFAULT_NAME,):
        host = lab.reset(name)
        echo(f"{host.name}  {host.os}  {host.address}  is as new")


@command.command(context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False})
@click.argument("name", default=DEFAULT_NAME)
@click.argument("words", nargs=-1, type=click.UNPROCESSED, metavar="[COMMAND]...")
def ssh(name: str, words: tuple[str, ...]) -> None:
    """Log in to a host, or run a command on it: rig lab ssh web -- uptime."""
    from rigwright.lab.host import hosts

    for host in hosts():
        if host.name == name:
            if host.password:
                note(f"password: {host.password}")
            # One word is a script; several are a command, which ssh would join without their quotes.
            words = words[1:] if words[:1] == ("--",) else words
            script = words if len(words) == 1 else (shlex.join(words),) if words else ()
            arguments = [*host.ssh(), *script]
            os.execvp(arguments[0], arguments)  # noqa: S606  no shell is the point
    raise RigError("is not running", host=name, next_step=f"rig lab up {name}")


@command.command(epilog=FAULT_WORDS)
@click.argument("name")
@click.argument("kind", metavar="FAULT")
def fault(name: str, kind: str) -> None:
    """Inject a fault into a VM's hardware."""
    become_root()
    from rigwright.lab.record import HostRecord

    host = HostRecord.load(name)
    if host is None:
        raise RigError("is not a lab host", host=name, next_step=f"rig lab up {name} --kind vm")
    inject(host, kind)
