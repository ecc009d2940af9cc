"""What ``rig up --site`` does besides: a lab host for an example's host, with stand-ins that serve."""

from __future__ import annotations

import shlex

from rigwright import console
from rigwright.desired import ReleaseTool
from rigwright.errors import RigError
from rigwright.inventory.load import Host, load
from rigwright.lab import stand_in
from rigwright.lab.scaled import Scaled
from rigwright.release import carry_out, terminal
from rigwright.release import plan as plans
from rigwright.remote.ssh import Connection
from rigwright.repository import ROOT
from rigwright.settings.platform import Os

EXAMPLES = ROOT / "inventories" / "examples"
DISK_MIB = 512
REASON = "a lab host that stands in"
"""Why a first release there goes by no check that fails, such as of the age of backups."""


def names() -> tuple[str, ...]:
    """The sites that there are."""
    return tuple(sorted(path.stem for path in EXAMPLES.glob("*.py") if path.stem != "__init__"))


def system_of(site: str) -> Os:
    """The operating system of a site's host.

    Raises:
        RigError: There is no such site.
    """
    if site not in names():
        raise RigError(f"there is no site {site}", next_step=f"take one of {', '.join(names())}")
    (host,) = load(EXAMPLES / f"{site}.py")
    return host.rig.platform.os


def prepare(host: Host) -> None:
    """Give a lab host what its site's host has from elsewhere: disks, and folders of data.

    Raises:
        RigError: The host refuses.
    """
    scaled: Scaled | None = getattr(host.rig, "scaled", None)
    if scaled is None:
        raise RigError("this lab host stands in for none", host=host.name, next_step="rig up --site NAME")
    console.echo("\n".join(console.style(f"   {note}", "dim") for note in scaled.notes))
    lines = ["set -e", *(f"mkdir -p {shlex.quote(path)}" for path in (*scaled.folders, *scaled.mounts))]
    for mount in scaled.mounts:
        entry = f"rigwright-lab {mount} tmpfs size={DISK_MIB}m,mode=0755 0 0"
        lines.append(f"grep -qxF {shlex.quote(entry)} /etc/fstab || echo {shlex.quote(entry)} >>/etc/fstab")
        lines.append(f"mountpoint -q {shlex.quote(mount)} || mount {shlex.quote(mount)}")
    _root(host, ["sh", "-c", "\n".join(lines)])


def release(host: Host) -> None:
    """Make a stand-in live for each application that has none.

    Raises:
        RigError: An image cannot be made, or a release is refused.
    """
    connection = Connection(host.name, host.data)
    try:
        for tool in (tool for one in host.rig.desired() for tool in one.release_tools):
            if carry_out.status(connection, host.name, tool).live is None:
                _first(connection, host, tool)
    finally:
        connection.close()


def _first(connection: Connection, host: Host, tool: ReleaseTool) -> None:
    with console.Progress(f"making an image of a stand-in for {tool.app}"):
        done = connection.root(stand_in.build(f"{tool.image}:1", {"TAG": "1"}), stand_in.PROGRAM)
    if done.code:
        raise RigError(
            f"the image of {tool.app} was not made: {done.output(host.name)}",
            host=host.name,
            next_step=f"rig drift {host.name}",
        )
    digest = carry_out.digest_of(done.stdout.splitlines()[-1], tool)
    plan = plans.ask(connection, host.name, tool, digest, {})
    skipped = {one.name: REASON for one in plan.checks if one.verdict == "failed"}
    words = ("release", digest)
    run = carry_out.carry_out(connection, host.name, tool, words, lambda _run: None, skipped=skipped)
    live = carry_out.status(connection, host.name, tool).live
    console.echo(f"   {terminal.end_line(tool.app, run, live)}")
    if run.outcome != "live":
        raise RigError(f"{tool.app} does not serve", host=host.name, next_step="rig release history")


def _root(host: Host, command: list[str]) -> None:
    connection = Connection(host.name, host.data)
    try:
        done = connection.root(command)
    finally:
        connection.close()
    if done.code:
        raise RigError(
            f"the lab host was not prepared: {done.output(host.name)}", host=host.name, next_step="run again"
        )
