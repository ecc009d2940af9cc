"""What sshd of a host should be."""

from __future__ import annotations

import hashlib
import ipaddress
from collections.abc import Sequence

from deploys.ssh.algorithms import VERSIONS
from deploys.ssh.directives import BANNER, directives, effective, endpoint, granted
from deploys.ssh.settings import SshSettings
from rigwright.desired import (
    Activation,
    Check,
    Desired,
    Directory,
    File,
    Probe,
    Protected,
    RuntimeState,
    Socket,
    Unit,
)
from rigwright.desired.program import python, shell
from rigwright.desired.render import render, render_tree
from rigwright.remote.toolkit import DRIFT_DROP_INS
from rigwright.settings.addresses import Address
from rigwright.settings.platform import Platform

CONFIRM_SECONDS = 120
MONTH_SECONDS = 31 * 86_400
HOST_KEYS = ("/etc/ssh/ssh_host_*_key", "/etc/ssh/ssh_host_*_key.pub")
UNIT_FOLDER = "/etc/systemd/system/ssh.service.d"
_AFTER = ("after", "/usr/sbin/sshd -t && systemctl reload ssh.service")
_HOST_KEYS = Protected("host keys", "files", HOST_KEYS, MONTH_SECONDS, at_least_files=2, details=(_AFTER,))
EFFECTIVE = "ssh/programs/effective.py"
READS = ("/etc/ssh/sshd_config", "/etc/ssh/sshd_config.d/")
INCLUDE = "ssh/programs/include.sh"
OFFERED = (("offered to clients", "publickey"),)
RELOAD = "systemctl reload ssh.service && sleep 1"  # it is a signal, which sshd takes a moment later
INCLUDED = (("Include of /etc/ssh/sshd_config.d", "there"),)
NO_INCLUDE = "put Include /etc/ssh/sshd_config.d/*.conf at the head of /etc/ssh/sshd_config"
NIGHTLY = f"{DRIFT_DROP_INS}/rigwright-ssh.conf"
LOOPBACK_OF = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104  compared with, never bound


def desired(settings: SshSettings, platform: Platform) -> Desired:
    """Everything that logging in needs on a host of this platform.

    Raises:
        RigError: The platform's OpenSSH cannot do what the settings require.
    """
    versions = platform.choose(VERSIONS)
    chosen = directives(settings, versions)
    text = "".join(f"{one.name} {one.value}\n" for one in chosen)
    mark = f"rig-{hashlib.sha256(text.encode()).hexdigest()[:12]}"
    expected = effective(chosen)
    accounts = ",".join(("root", *settings.allowed_users))
    arguments = (accounts, *(f"{name}={value}" for name, value in expected))
    contents = render_tree("ssh", {"directives": chosen, "mark": mark})
    if settings.banner:
        contents[BANNER] = settings.banner.encode().rstrip(b"\n") + b"\n"
    probed = [LOOPBACK_OF.get(address, address) for address in settings.listen_addresses]
    if outside := [address for address in probed if not ipaddress.ip_address(address).is_loopback]:
        contents[NIGHTLY] = render("ssh/_nightly.conf.j2", addresses=outside)
    return Desired(
        subsystem="ssh",
        packages=("openssh-server", "python3"),
        versions=versions.prefixes,
        files=tuple(File(path, content) for path, content in sorted(contents.items())),
        directories=tuple(map(Directory, sorted({path.rpartition("/")[0] for path in contents}))),
        # A socket unit has ports of its own, so the service listens by itself on every system.
        units=(Unit("ssh.socket", enabled=False, active=False), Unit("ssh.service", keep_on_removal=True)),
        sockets=tuple(
            Socket(address, port) for address in settings.listen_addresses for port in settings.ports
        ),
        # A service that its socket once started has the socket's ports until it is restarted.
        activations=(_activation(),),
        runtime_states=(
            _files_come_to(arguments, (*expected, *granted(chosen))),
            _offers(endpoint(probed[0], settings.ports[0])),
            RuntimeState("sshd_config", shell(INCLUDE), INCLUDED, host_requirement=NO_INCLUDE),
        ),
        checks=(
            Check("visudo -c", "! command -v visudo >/dev/null || visudo -c"),
            # The folder goes with the unit: where sshd is down, its files can be checked all the same.
            Check("sshd -t", "mkdir -p -m 0755 /run/sshd && /usr/sbin/sshd -t"),
            Check("sshd -T", python(EFFECTIVE, "check", *arguments)),
        ),
        probes=(_runs_this(probed, settings.ports, mark),),
        confirm_seconds=CONFIRM_SECONDS,
        # With other keys every operator's ssh refuses the host that was built again.
        protects=(_HOST_KEYS,),
    )


def _activation() -> Activation:
    return Activation(
        "ssh.service",
        restart_on=(f"{UNIT_FOLDER}/",),
        reads=READS,
        loaded_at=shell("ssh/programs/loaded.sh"),
    )


def _files_come_to(arguments: Sequence[str], values: tuple[tuple[str, str], ...]) -> RuntimeState:
    """What sshd would take from all its files, for every account and connection that they distinguish."""
    known = {argument.partition("=")[0] for argument in arguments[1:]}
    more = (f"{name}={value}" for name, value in values if name not in known)
    return RuntimeState("sshd -T", python(EFFECTIVE, "show", *arguments, *more), values)


def _offers(where: str) -> RuntimeState:
    """What the running sshd lets clients try, whatever its files say; it is the same on every port."""
    return RuntimeState(
        "sshd",
        python("ssh/programs/offered.py", where),
        OFFERED,
        remediation=RELOAD,
        satisfied_by_restart_of="ssh.service",
    )


def _runs_this(addresses: Sequence[Address], ports: Sequence[int], mark: str) -> Probe:
    """A reload is a signal: whether it was taken only the running sshd shows, on every port."""
    endpoints = [endpoint(address, port) for address in addresses for port in ports]
    return Probe("sshd with this configuration", python("ssh/programs/probe.py", mark, *endpoints))
