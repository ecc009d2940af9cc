"""A lab host as tests and benchmarks use it: run scripts inside, reboot it, cut its power."""

from __future__ import annotations

import contextlib
import subprocess
from dataclasses import dataclass
from pathlib import Path

from rigwright.errors import RigError
from rigwright.lab import cgroup, inside, power
from rigwright.lab.record import HostRecord, names


@dataclass(frozen=True)
class LabHost(HostRecord):
    """One lab host, with other means than SSH to run scripts inside and to switch it."""

    @property
    def tree(self) -> Path:
        """A container's root directory, as a path of the machine; none of it may be trusted.

        Raises:
            RigError: It is not running.
        """
        return inside.tree(self)

    def run(
        self, script: str, stdin: bytes | None = None, *, check: bool = True, user: str | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run a shell script inside, by other means than SSH. Needs root.

        It works while the host's network, SSH server or accounts are broken, which is why tests use it.

        Args:
            script: For ``/bin/sh``.
            stdin: What the script reads.
            check: Whether a failure raises.
            user: Who runs it; root if None.

        Raises:
            RigError: The host is not running, or the script failed and ``check`` is true.
        """
        shell = ["/bin/sh", "-c", script]
        argv = ["/usr/sbin/runuser", "-u", user, "--", *shell] if user else shell
        result = inside.run(self, argv, stdin or b"")
        if check and result.returncode:
            raise RigError(
                f"a script failed with {result.returncode}: {script}\n{result.stdout}{result.stderr}",
                host=self.name,
            )
        return result

    def reboot(self) -> None:
        """Reboot from inside, in good order, and wait until it accepts logins again. Needs root."""
        power.reboot(self)

    def power_cycle(self) -> None:
        """Cut the power and switch on again: every process dies at once, the disk stays. Needs root."""
        power.off(self.name)
        power.on(self)
        power.wait(self)


def hosts() -> list[LabHost]:
    """The hosts that are running, by name, as far as the caller may read their records. Needs no root."""
    found = []
    for name in names():
        with contextlib.suppress(PermissionError):
            host = LabHost.load(name)
            if host and cgroup.running(name):
                found.append(host)
    return found
