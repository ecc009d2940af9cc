"""A libvirt of the tests' own on a machine that runs none: it ends with them, and nothing of it stays."""

from __future__ import annotations

import contextlib
import shutil
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from rigwright.lab.machine import call
from tests.support.waiting import wait_until

SOCKET: Final = Path("/run/libvirt/libvirt-sock")
FORWARDING: Final = Path("/proc/sys/net/ipv4/ip_forward")

# namespaces: with its own /dev QEMU finds no pty where devpts is mounted twice.
# user: libvirt queries QEMU's features as root, and forgets them where QEMU's user may not open /dev/kvm.
# stdio_handler: else it needs virtlogd too.
QEMU_CONF: Final = """\
namespaces = []
user = "root"
group = "root"
security_driver = "none"
stdio_handler = "file"
"""

# Its configuration and its disks lie in $1; the machine's own are out of its sight, and stay as they are.
START: Final = """\
set -eu
mount --bind "$1/etc" /etc/libvirt
mount --bind "$1/lib" /var/lib/libvirt
exec setpriv --pdeathsig TERM libvirtd
"""


@contextlib.contextmanager
def running(folder: Path) -> Iterator[None]:
    """Have libvirt answer at its usual socket. Needs root.

    Its rules of the firewall and the switch for forwarding are as before afterwards.
    """
    assert not _responds(), f"this machine runs a libvirt of its own at {SOCKET}: stop it for this test"
    etc = folder / "etc"
    shutil.copytree("/etc/libvirt", etc)
    shutil.rmtree(etc / "qemu", ignore_errors=True)  # networks that start by themselves
    (etc / "qemu.conf").write_text(QEMU_CONF)
    shutil.copytree("/var/lib/libvirt", folder / "lib")
    rules, forwarding = call("nft", "list", "tables").splitlines(), FORWARDING.read_text()
    with (folder / "log").open("wb") as log:
        daemon = subprocess.Popen(
            ["unshare", "--mount", "sh", "-c", START, "sh", str(folder)], stdout=log, stderr=log
        )
    try:
        wait_until(_responds, seconds=120)
        yield
    finally:
        daemon.terminate()
        daemon.wait(60)
        for table in set(call("nft", "list", "tables").splitlines()) - set(rules):
            call("nft", "delete", *table.split())
        FORWARDING.write_text(forwarding)


def _responds() -> bool:
    """Whether there is one."""
    with socket.socket(socket.AF_UNIX) as connection:
        return connection.connect_ex(str(SOCKET)) == 0
