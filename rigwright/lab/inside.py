"""Reach into a running lab host without its network or its SSH server. Needs root."""

from __future__ import annotations

import contextlib
import re
import subprocess
from pathlib import Path
from typing import Final

from rigwright.errors import RigError
from rigwright.lab import agent, cgroup
from rigwright.lab.record import HostRecord

RUN_SECONDS: Final = 600
ENVIRONMENT: Final = {
    "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "HOME": "/root",
    "LANG": "C.UTF-8",
}


def leader(host: HostRecord) -> int:
    """The machine's process number of a container's process 1.

    Raises:
        RigError: It is not running.
    """
    for pid in cgroup.processes(host.name):
        try:
            status = Path(f"/proc/{pid}/status").read_text()
        except OSError:
            continue
        numbers = re.search(r"^NSpid:\t(.*)$", status, re.MULTILINE)
        if numbers and numbers[1].split()[1:] == ["1"]:
            return pid
    raise RigError("is not running", host=host.name, next_step=f"rig lab up {host.name}")


def tree(host: HostRecord) -> Path:
    """A container's root directory, as a path of the machine; none of it may be trusted.

    Raises:
        RigError: It is not running.
    """
    return Path(f"/proc/{leader(host)}/root")


def run(host: HostRecord, argv: list[str], stdin: bytes = b"") -> subprocess.CompletedProcess[str]:
    """Run a program as root: in a container's namespaces, or by the agent of a VM.

    Raises:
        RigError: The host is off, a VM's agent does not respond, or the program in a VM does not end.
    """
    return _run_in_vm(host, argv, stdin) if host.kind == "vm" else _run_in_container(host, argv, stdin)


def boot_id(host: HostRecord) -> str:
    """Differs from one boot of the host to the next; empty in between."""
    with contextlib.suppress(RigError):
        if host.kind == "vm":
            return run(host, ["/bin/cat", "/proc/sys/kernel/random/boot_id"]).stdout.strip()
        return str(leader(host))
    return ""


def _run_in_vm(host: HostRecord, argv: list[str], stdin: bytes) -> subprocess.CompletedProcess[str]:
    try:
        return agent.run(host.folder, argv, stdin, ENVIRONMENT, RUN_SECONDS)
    except RigError as error:
        error.host = error.host or host.name
        raise


def _run_in_container(host: HostRecord, argv: list[str], stdin: bytes) -> subprocess.CompletedProcess[str]:
    # Entering passes by the limits that the host's own processes live under: the machine's clock and
    # modules are out of reach only without these powers.
    command = [
        "setpriv", "--bounding-set=-sys_time,-sys_module",
        "nsenter", f"--target={leader(host)}",
        "--mount", "--uts", "--ipc", "--net", "--pid", "--cgroup", "--root", "--wd",
    ]  # fmt: skip
    done = subprocess.run([*command, *argv], input=stdin, capture_output=True, check=False, env=ENVIRONMENT)
    return subprocess.CompletedProcess(
        done.args,
        done.returncode,
        done.stdout.decode(errors="replace"),
        done.stderr.decode(errors="replace"),
    )
