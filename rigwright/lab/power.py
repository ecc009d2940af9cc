"""Switch lab hosts on and off. Needs root."""

from __future__ import annotations

import contextlib
import functools
import socket
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from rigwright.errors import RigError
from rigwright.lab import cgroup, inside, network, qemu, vm
from rigwright.lab.record import HostRecord

BOOT_SECONDS: Final = 60
EMULATED_BOOT_SECONDS: Final = 240  # a processor that is only emulated is about ten times slower
S3_BOOT_SECONDS: Final = 300  # logins wait for its storage, which is made at the first boot
KILL_SECONDS: Final = 20
NSPAWN: Final = Path("/run/systemd/nspawn")
SCRIPT: Final = Path(__file__).with_name("boot.sh")
VM_SCRIPT: Final = Path(__file__).with_name("boot-vm.sh")


def on(host: HostRecord) -> None:
    """Start a host on the disk that it has. It accepts logins later: see :func:`wait`."""
    net = network.up()
    network.bring_near(host.number)
    managed = _managed()
    group = "" if managed else str(cgroup.root() / cgroup.PARENT / host.name)
    # Written before anything runs, so that whatever is killed next can be found. A unit writes its own.
    (host.folder / "cgroup").write_text(group)
    environment = {
        "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
        "NAME": host.name,
        "FOLDER": str(host.folder),
        "IMAGE": host.image,
        "BRIDGE": network.BRIDGE,
        "LINK": network.link(host.number),
        "MAC": network.mac(host.number),
        "ADDRESS": host.address,
        "ADDRESS6": host.address6,
        "GATEWAY": net.gateway,
        "CGROUP": group,
    }
    console = host.folder / "console.log"
    starter = _as_unit(host.name, environment, console) if managed else ["setsid", "--fork"]
    with console.open("wb") as output:
        done = subprocess.run(
            [*starter, *_starts(host)],
            stdin=subprocess.DEVNULL, stdout=output, stderr=output, env=environment, check=False, cwd="/",
        )  # fmt: skip
    if done.returncode:
        raise _failed(host, "could not be started")


def _starts(host: HostRecord) -> list[str]:
    if host.kind == "vm":
        return ["sh", str(VM_SCRIPT), *qemu.command(vm.machine_of(host))]
    for name in ("root", "work", "docker", "containerd"):
        (host.folder / name).mkdir(exist_ok=True)
    return ["unshare", "--mount", "--propagation=slave", "sh", str(SCRIPT)]


def _boot_seconds(host: HostRecord) -> int:
    if host.kind == "s3":
        return S3_BOOT_SECONDS
    emulated = host.kind == "vm" and vm.accelerator(Path(host.image)) == "tcg"
    return EMULATED_BOOT_SECONDS if emulated else BOOT_SECONDS


def _managed() -> bool:
    """Whether systemd runs the machine, and so owns its cgroups: sd_booted(3)."""
    return Path("/run/systemd/system").is_dir()


def _unit(name: str) -> str:
    return f"rigwright-lab-{name}.service"


def _as_unit(name: str, environment: dict[str, str], console: Path) -> list[str]:
    """What starts a command as a transient unit with a cgroup of its own."""
    settings = {
        "Delegate": "yes",
        "StandardOutput": f"append:{console}",
        "StandardError": f"append:{console}",
    }
    return [
        "systemd-run", "--quiet", "--collect", f"--unit={_unit(name)}",
        *(f"--property={key}={value}" for key, value in settings.items()),
        *(f"--setenv={key}={value}" for key, value in environment.items()), "--",
    ]  # fmt: skip


def off(name: str) -> None:
    """Cut a host's power: kill all of its processes, and wait until they and what held them are gone.

    Raises:
        RigError: They do not die.
    """
    if _managed():
        # A starter killed at the wrong moment leaves a unit that has not written its cgroup yet.
        unit = ["systemctl", "kill", "--signal=KILL", _unit(name)]
        subprocess.run(unit, stderr=subprocess.DEVNULL, check=False)
    group = cgroup.of(name)
    if group is None:
        return
    if group.is_dir():
        (group / "cgroup.kill").write_text("1")
        _until(lambda: not cgroup.running(name), name, f"processes of its cgroup {group} do not die")
    # A machine with cgroup v1 hierarchies beside v2 gets the same folders there.
    for root in cgroup.roots():
        same = root / group.relative_to(cgroup.root())
        _until(functools.partial(cgroup.remove, same), name, f"its cgroup {same} cannot be removed")
        if same.parent.name == cgroup.PARENT:
            cgroup.remove(same.parent)
    for folder in (NSPAWN / "propagate" / name, NSPAWN / "unix-export" / name):
        cgroup.remove(folder)


def _until(true: Callable[[], bool], name: str, otherwise: str) -> None:
    deadline = time.monotonic() + KILL_SECONDS
    while not true():
        if time.monotonic() > deadline:
            raise RigError(otherwise, host=name)
        time.sleep(0.02)


def wait(host: HostRecord) -> None:
    """Wait until users can log in over SSH.

    Raises:
        RigError: It stopped, or does not respond in time; the message has its console's last lines.
    """
    started = time.monotonic()
    responded = False
    limit = _boot_seconds(host)
    while time.monotonic() < started + limit:
        network.bring_near(host.number)
        # Connected once only: sshd refuses clients for a while that connect often without logging in.
        responded = responded or _responds(host)
        # pam_nologin turns everyone away until systemd has removed this file.
        if responded and _accepts_logins(host):
            return
        if time.monotonic() > started + 1 and not cgroup.running(host.name):
            raise _failed(host, "stopped while it booted")
        time.sleep(0.05)
    raise _failed(host, f"does not respond over SSH after {limit} s")


def _accepts_logins(host: HostRecord) -> bool:
    if host.kind == "vm":
        return inside.run(host, ["/usr/bin/test", "-e", "/run/nologin"]).returncode != 0
    return not (inside.tree(host) / "run/nologin").exists()


def reboot(host: HostRecord) -> None:
    """Let a host reboot itself in good order, and wait until it accepts logins again.

    Raises:
        RigError: It does not go down, or does not come back.
    """
    before = inside.boot_id(host)
    with contextlib.suppress(RigError):  # a VM's agent may end before it has returned the exit code
        inside.run(host, ["/bin/systemctl", "reboot"])
    deadline = time.monotonic() + _boot_seconds(host)
    while inside.boot_id(host) in (before, ""):
        if time.monotonic() > deadline:
            raise _failed(host, "does not reboot")
        time.sleep(0.05)
    wait(host)


def _responds(host: HostRecord) -> bool:
    try:
        with socket.create_connection((host.address, host.port), timeout=1) as connection:
            return connection.recv(4) == b"SSH-"
    except OSError:
        return False


def _failed(host: HostRecord, what: str) -> RigError:
    console = host.folder / "console.log"
    lines = console.read_text(errors="replace").splitlines()[-10:] if console.is_file() else []
    return RigError("\n".join([what, *lines]), host=host.name, file=str(console))
