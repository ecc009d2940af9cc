"""A lab host as others see it: where it is, how to log in, and other means to look inside."""

from __future__ import annotations

import contextlib
import json
import re
import subprocess
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from rigwright.errors import RigError
from rigwright.lab import cgroup, paths
from rigwright.lab.recipe import Kind, kind_of
from rigwright.settings.platform import Os

LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
ENVIRONMENT = {
    "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "HOME": "/root",
    "LANG": "C.UTF-8",
}


def check_name(name: str) -> str:
    """The name itself, if it is a DNS label (RFC 1123) in lower case.

    Raises:
        RigError: It is none.
    """
    if not LABEL.fullmatch(name):
        raise RigError(
            f"{name!r} cannot name a host",
            next_step="use up to 63 of a-z, 0-9 and -, with - neither first nor last",
        )
    return name


@dataclass(frozen=True)
class LabHost:
    """One lab host.

    Attributes:
        name: Its host name.
        os: What it runs.
        address: IPv4 address, the same until it is taken down.
        address6: IPv6 address, the same until it is taken down.
        port: TCP port of its SSH server.
        user: Who may log in.
        key: Private key of that user on this machine.
        known_hosts: File that pins the host's keys.
        password: The user's password where the host is as freshly installed: then it accepts no key,
            and sudo asks for the password. Else None, and sudo asks for nothing.
        image: The pristine tree that it started from.
        number: Last part of both addresses.
    """

    name: str
    os: Os
    address: str
    address6: str
    port: int
    user: str
    key: str
    known_hosts: str
    password: str | None = field(repr=False)
    image: str
    number: int

    @property
    def reached_by(self) -> dict[str, Any]:
        """How to reach it, as ``ssh_host()`` takes it."""
        return {name: getattr(self, name) for name in ("address", "port", "user", "key", "known_hosts")}

    @property
    def kind(self) -> Kind:
        """Whether it shares the machine's kernel: its image tells."""
        return kind_of(Path(self.image).name)

    @property
    def folder(self) -> Path:
        """What the host has on the machine's disk."""
        return paths.host_folder(self.name)

    @property
    def tree(self) -> Path:
        """The host's root directory, as a path of the machine; None of it may be trusted.

        Raises:
            RigError: It is not running.
        """
        return Path(f"/proc/{self.leader()}/root")

    def leader(self) -> int:
        """The machine's process number of the host's own process 1.

        Raises:
            RigError: It is not running.
        """
        for pid in cgroup.processes(self.name):
            try:
                status = Path(f"/proc/{pid}/status").read_text()
            except OSError:
                continue
            numbers = re.search(r"^NSpid:\t(.*)$", status, re.MULTILINE)
            if numbers and numbers[1].split()[1:] == ["1"]:
                return pid
        raise RigError("is not running", host=self.name, next_step=f"rig lab up {self.name}")

    def run(
        self, script: str, stdin: bytes | None = None, *, check: bool = True, user: str | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run a shell script inside, by other means than SSH. Needs root.

        It enters a container's namespaces, and asks the agent in a VM.
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
        inside = ["/usr/sbin/runuser", "-u", user, "--", *shell] if user else shell
        if self.kind == "vm":
            from rigwright.lab import vm

            result = vm.run(self, inside, stdin or b"")
        else:
            result = self._enter(inside, stdin or b"")
        if check and result.returncode:
            raise RigError(
                f"a script failed with {result.returncode}: {script}\n{result.stdout}{result.stderr}",
                host=self.name,
            )
        return result

    def _enter(self, inside: list[str], stdin: bytes) -> subprocess.CompletedProcess[str]:
        # Entering passes by the limits that the host's own processes live under: the machine's clock and
        # modules are out of reach only without these powers.
        command = [
            "setpriv", "--bounding-set=-sys_time,-sys_module",
            "nsenter", f"--target={self.leader()}",
            "--mount", "--uts", "--ipc", "--net", "--pid", "--cgroup", "--root", "--wd",
        ]  # fmt: skip
        done = subprocess.run(
            [*command, *inside],
            input=stdin,
            capture_output=True,
            check=False,
            env=ENVIRONMENT,
        )
        return subprocess.CompletedProcess(
            done.args,
            done.returncode,
            done.stdout.decode(errors="replace"),
            done.stderr.decode(errors="replace"),
        )

    def ssh(self) -> list[str]:
        """The ssh command that logs in with strict host keys, up to and with its destination."""
        options = {
            "IdentitiesOnly": "yes",
            "IdentityFile": self.key if self.password is None else "none",
            "StrictHostKeyChecking": "yes",
            "UserKnownHostsFile": self.known_hosts,
            "GlobalKnownHostsFile": "/dev/null",
            "LogLevel": "ERROR",
        }
        flags = [f"-o{name}={value}" for name, value in options.items()]
        return ["ssh", "-F", "none", *flags, "-p", str(self.port), f"{self.user}@{self.address}"]

    def reboot(self) -> None:
        """Reboot from inside, in good order, and wait until it answers again. Needs root."""
        from rigwright.lab import power

        power.reboot(self)

    def power_cycle(self) -> None:
        """Cut the power and switch on again: every process dies at once, the disk stays. Needs root."""
        from rigwright.lab import power

        power.off(self.name)
        power.on(self)
        power.wait(self)

    def save(self) -> None:
        """Write what :func:`load` reads."""
        path = self.folder / "host.json"
        new = path.with_suffix(".new")
        new.touch(mode=0o600)
        new.write_text(json.dumps(asdict(self), indent=1) + "\n")
        new.rename(path)


def load(name: str) -> LabHost | None:
    """A host's record, whether or not it runs; None if there is none.

    Raises:
        PermissionError: It belongs to another user of this machine.
    """
    path = paths.host_folder(name) / "host.json"
    try:
        return LabHost(**json.loads(path.read_text()))
    except FileNotFoundError:
        return None


def names() -> list[str]:
    """Every host that has a folder, whether or not it runs."""
    if not paths.STATE.is_dir():
        return []
    return sorted(path.name for path in paths.STATE.iterdir() if LABEL.fullmatch(path.name))


def hosts() -> list[LabHost]:
    """The hosts that are running, by name, as far as the caller may read their records. Needs no root."""
    found = []
    for name in names():
        with contextlib.suppress(PermissionError):
            host = load(name)
            if host and cgroup.running(name):
                found.append(host)
    return found
