"""An operator's machine without what only Linux has: a clone, a short PATH, no ``/proc``, less of Python."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.clone import Clone

TOOLS = ("cat", "cmp", "cp", "env", "id", "mv", "readlink", "rm", "ssh", "uname")
"""What macOS has too, as POSIX and OpenSSH name it. Not flock, setpriv, apt-get, sudo."""
WITHOUT_LINUX = """\
import os, select, signal, socket, time

for module, names in {
    os: "O_PATH O_TMPFILE eventfd getrandom memfd_create pidfd_open sched_getaffinity sched_setaffinity "
        "setns splice unshare",
    select: "epoll",
    signal: "SIGRTMAX SIGRTMIN pidfd_send_signal sigtimedwait sigwaitinfo",
    socket: "AF_ALG AF_NETLINK AF_PACKET AF_VSOCK SO_BINDTODEVICE SO_PEERCRED TCP_KEEPIDLE TCP_USER_TIMEOUT",
    time: "CLOCK_BOOTTIME",
}.items():
    for name in names.split():
        if hasattr(module, name):
            delattr(module, name)
        if name in getattr(module, "__all__", ()):
            module.__all__.remove(name)
"""
"""Runs before all else of every Python of the clone's environment."""
HIDE = 'mount -t tmpfs none /proc && shell=$1 && shift && exec "$shell" ./rig "$@"'


class Operator:
    """A person who works in a clone of the repository on such a machine. Needs root, to hide ``/proc``."""

    def __init__(self, folder: Path) -> None:
        self.clone = Clone(folder)
        self.tools = folder.resolve() / "bin"
        self.tools.mkdir()
        for name in TOOLS:
            found = shutil.which(name)
            assert found, f"this machine has no {name}"
            (self.tools / name).symlink_to(found)
        (site,) = (self.clone.root / ".venv").glob("lib/python3*/site-packages")
        (site / "without_linux.py").write_text(WITHOUT_LINUX)
        (site / "without_linux.pth").write_text("import without_linux\n")

    @property
    def environment(self) -> dict[str, str]:
        """All that the operator's shell has."""
        return {"PATH": str(self.tools), "HOME": str(self.clone.home), "NO_COLOR": "1", "LC_ALL": "C.UTF-8"}

    def command(self, shell: str, *arguments: str) -> list[str]:
        """The command line that runs ``./rig`` in this shell."""
        return ["/usr/bin/unshare", "--mount", "/bin/sh", "-c", self.hide, "sh", shell, *arguments]

    @property
    def hide(self) -> str:
        """A script that mounts by the machine's own tools, and starts with the operator's alone."""
        mount = shutil.which("mount")
        return HIDE.replace("mount", str(mount), 1)

    def rig(
        self, *arguments: str, shell: str = "/bin/sh", **environment: str
    ) -> subprocess.CompletedProcess[str]:
        """Run ``./rig``, with more in its environment; standard error is part of the output."""
        return subprocess.run(
            self.command(shell, *arguments),
            cwd=self.clone.root,
            env={**self.environment, **environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=1200,
        )

    @contextmanager
    def started(self, *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
        """``./rig`` at work; what the caller does with it is the caller's."""
        with subprocess.Popen(
            self.command("/bin/sh", *arguments),
            cwd=self.clone.root,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        ) as process:
            yield process
