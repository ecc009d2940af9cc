"""fail2ban: an address that keeps failing to log in over SSH is shut out, in a table of fail2ban's own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from deploys.firewall.settings import Fail2ban
from rigwright.desired import Activation, Check, Desired, Directory, File, Probe, RuntimeState, Unit
from rigwright.desired.program import python, shell
from rigwright.desired.render import render

UNIT = "fail2ban.service"
PATH = "/etc/fail2ban/jail.d/rigwright.local"
SSH_PORT = 22
"""Where sshd listens unless its configuration names another port."""


def bans(settings: Fail2ban | None, others: Iterable[Desired]) -> Desired:
    """fail2ban of a host on which the others are; nothing without settings."""
    if settings is None:
        return Desired("firewall")
    limits = (
        ("maxretry", str(settings.max_failures)),
        ("findtime", str(settings.find_seconds)),
        ("bantime", str(settings.ban_seconds)),
    )
    others = tuple(others)
    jail = (("port", _ports(others)), *limits, *_more(settings))
    return Desired(
        "firewall",
        packages=("fail2ban", "python3-systemd"),
        files=(File(PATH, render("firewall/_fail2ban.local.j2", jail=jail)),),
        directories=(Directory("/etc/fail2ban/jail.d"),),
        units=(Unit(UNIT),),
        activations=(
            Activation(
                UNIT,
                reload_on=("/etc/fail2ban/",),
                reads=("/etc/fail2ban/",),
                loaded_at=shell("firewall/programs/fail2ban_loaded.sh"),
            ),
        ),
        runtime_states=(
            RuntimeState(
                "fail2ban",
                python("firewall/programs/fail2ban.py"),
                (*limits, *_effective(settings, others)),
                remediation=shell("firewall/programs/fail2ban.sh"),
            ),
        ),
        checks=(Check("fail2ban-client -t", "fail2ban-client -t"),),
        probes=(Probe("fail2ban", "fail2ban-client status sshd"),),
    )


def _ports(others: Iterable[Desired]) -> str:
    declared = {socket.port for one in others if one.subsystem == "ssh" for socket in one.sockets}
    return ",".join(map(str, sorted(declared or {SSH_PORT})))


def _effective(settings: Fail2ban, others: Iterable[Desired]) -> Iterator[tuple[str, str]]:
    """What a file that fail2ban reads behind ours could take away."""
    yield "action", f"nftables on port {_ports(others)}"
    yield "ignored", " ".join(sorted(map(_as_shown, _ignored(settings))))
    yield "ignorecommand", "none"


def _as_shown(network: str) -> str:
    """As fail2ban prints it: a single address without its length."""
    return network.removesuffix("/128" if ":" in network else "/32")


def _ignored(settings: Fail2ban) -> tuple[str, ...]:
    return ("127.0.0.0/8", "::1", *settings.ignored_networks)


def _more(settings: Fail2ban) -> Iterator[tuple[str, str]]:
    yield "bantime.increment", "true" if settings.longer_each_time else "false"
    yield "ignoreself", "true"
    yield "ignoreip", " ".join(_ignored(settings))
