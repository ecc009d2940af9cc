"""Make lab hosts and take them away. Every function here needs root, and one runs at a time."""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from rigwright.console import Progress
from rigwright.errors import RigError
from rigwright.lab import cgroup, disk, image, machine, network, packages, paths, power, vm
from rigwright.lab.host import LabHost
from rigwright.lab.recipe import DEFAULT_OS, OPERATOR, Kind, recipe_of
from rigwright.lab.record import check_name, names
from rigwright.settings.platform import Os

FIRST_NUMBER = 10
LAST_NUMBER = 250


def up(
    name: str = "web",
    os: Os = DEFAULT_OS,
    *,
    fresh: bool = False,
    kind: Kind = "container",
    durable: bool = False,
) -> LabHost:
    """A running host that accepts logins over SSH; the same one if it is up already.

    A host that was switched off starts again on its disk. What a killed run left is cleaned up.

    Args:
        name: Its host name, a DNS label.
        os: What it runs.
        fresh: Whether it is as freshly installed: a user with a password and no key.
        kind: Whether it shares the machine's kernel, or has one and disks of its own, or is an S3 endpoint.
        durable: Whether a new container's fsync reaches the machine's disk, as benchmarks need it.

    Raises:
        RigError: It could not be made, or a different host of this name exists.
    """
    check_name(name)
    _need_root()
    if fresh and kind != "container":
        raise RigError(
            f"a {kind} always has the lab's key", host=name, next_step=f"rig lab up {name} --fresh"
        )
    packages.install_missing(kind)
    tree = image.image(recipe_of(os, kind))
    with _alone(), Progress(f"starting {name}"):
        host = _existing(name, os, fresh=fresh, kind=kind)
        if not host:
            _remove(name)
            host = _make(name, os, tree, fresh=fresh)
            if durable:
                (host.folder / "durable").touch()
        if not cgroup.running(name):
            power.off(name)
            power.on(host)
    with Progress(f"waiting for {name} to accept logins"):
        power.wait(host)
    return host


def _existing(name: str, os: Os, *, fresh: bool, kind: Kind) -> LabHost | None:
    """The host of this name; None if there is none.

    Raises:
        RigError: It is of another kind.
    """
    host = LabHost.load(name)
    if host and (host.os, host.password is not None, host.kind) != (os, fresh, kind):
        raise RigError(
            f"exists as another kind of host: {host.os}, {host.kind}{', fresh' if host.password else ''}",
            host=name,
            next_step=f"rig lab down {name}",
        )
    return host


def down(name: str) -> None:
    """Take a host away with all that it had on the machine, and the lab's network with the last one."""
    check_name(name)
    _need_root()
    with _alone():
        _remove(name)
        _finish()


def down_all(*, images: bool = False) -> None:
    """Take every host away, and with ``images`` the images too. The lab's own SSH key stays."""
    _need_root()
    with _alone():
        for name in names():
            _remove(name)
        _finish()
        if images:
            image.remove_all()


def reset(name: str) -> LabHost:
    """Give a host its pristine disk back; its addresses, keys and password stay.

    Raises:
        RigError: There is no such host, or it does not come back.
    """
    check_name(name)
    _need_root()
    with _alone(), Progress(f"resetting {name}"):
        host = LabHost.load(name)
        if host is None:
            raise RigError("is no lab host", host=name, next_step=f"rig lab up {name}")
        network.up()  # what else the machine runs, such as libvirt, may have taken a part of it down
        power.off(name)
        host = replace(host, image=str(image.image(recipe_of(host.os, host.kind))))
        (host.folder / "host.json").unlink()
        _lay_out(host)
        host.save()
        _hand_over(paths.KEY, host.folder, host.folder / "host.json")
        power.on(host)
    power.wait(host)
    return host


def _need_root() -> None:
    if os.geteuid() != 0:
        raise RigError("lab hosts need root: they have kernel namespaces and a network of their own")


@contextlib.contextmanager
def _alone() -> Iterator[None]:
    paths.SHARED.mkdir(parents=True, exist_ok=True)
    with paths.LOCK.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _make(name: str, os: Os, tree: Path, *, fresh: bool) -> LabHost:
    net = network.up()
    network.warn_of_firewall()
    taken = {host.number for host in map(LabHost.load, names()) if host}
    number = next(n for n in range(FIRST_NUMBER, LAST_NUMBER) if n not in taken)
    host = LabHost(
        name=name,
        os=os,
        address=net.address(number),
        address6=network.address6(number),
        port=22,
        user=OPERATOR,
        key=str(paths.KEY),
        known_hosts=str(paths.KNOWN_HOSTS),
        password=disk.new_password() if fresh else None,
        image=str(tree),
        number=number,
    )
    # Closed to other users of the machine: root on the host can leave programs there that run as root.
    host.folder.mkdir(mode=0o700)
    (host.folder / "ssh").mkdir()
    _lay_out(host)
    host.save()
    _pin()
    _hand_over(paths.KEY, host.folder, host.folder / "host.json")
    return host


def _lay_out(host: LabHost) -> None:
    if host.kind == "vm":
        vm.make_disks(host, disk.files(host, _public_key()))
    else:
        disk.make(host, _public_key())


def _remove(name: str) -> None:
    power.off(name)
    host = LabHost.load(name)
    if host:
        network.bring_near(host.number)
    # The record goes first: what is left of a removal that was killed is no host any more.
    (paths.host_folder(name) / "host.json").unlink(missing_ok=True)
    with contextlib.suppress(FileNotFoundError):
        shutil.rmtree(paths.host_folder(name))
    _pin()


def _finish() -> None:
    if not names():
        network.down()


def _public_key() -> str:
    """The lab's own key, which all of its hosts accept; made where there is none."""
    public = paths.KEY.with_suffix(".pub")
    if not public.exists():
        paths.KEY.unlink(missing_ok=True)
        machine.call(
            "ssh-keygen", "-q", "-N", "", "-C", "rigwright-lab", "-t", "ed25519", "-f", str(paths.KEY)
        )
    return public.read_text()


def _pin() -> None:
    """Write the known_hosts file of all hosts that there are."""
    lines = []
    for host in filter(None, map(LabHost.load, names())):
        for public in sorted((host.folder / "ssh").glob("ssh_host_*.pub")):
            kind, key, *_ = public.read_text().split()
            lines.append(f"{host.name},{host.address},{host.address6} {kind} {key}\n")
    new = paths.KNOWN_HOSTS.with_suffix(".new")
    new.write_text("".join(lines))
    new.chmod(0o644)
    new.rename(paths.KNOWN_HOSTS)


def _hand_over(*files: Path) -> None:
    """Let the person who called sudo use the lab's key and a host's record."""
    if "SUDO_UID" in os.environ:
        for file in files:
            os.chown(file, int(os.environ["SUDO_UID"]), int(os.environ["SUDO_GID"]))
