"""What the firewall of a host should be, from its settings and the sockets of all other subsystems."""

from __future__ import annotations

from deploys.firewall.bans import bans
from deploys.firewall.openings import Opening, openings, reachable
from deploys.firewall.rules import Rules
from deploys.firewall.settings import FirewallSettings
from deploys.firewall.usage import usage
from rigwright.desired import Activation, Check, Desired, Directory, File, Probe, RuntimeState, Unit
from rigwright.desired.program import program, python
from rigwright.desired.render import render_tree
from rigwright.errors import RigError
from rigwright.settings.platform import Platform

AGGREGATOR = 2
CONFIRM_SECONDS = 120
PATH = "/etc/rigwright/firewall.nft"
TOOLS = "/usr/local/lib/rigwright/firewall"
LOAD, SSH_ONLY = f"{TOOLS}/load", f"{TOOLS}/ssh-only.nft"
TABLE = "inet rigwright"
UNIT = "rigwright-firewall.service"


def desired(
    settings: FirewallSettings,
    platform: Platform,  # noqa: ARG001  the same on all
    others: tuple[Desired, ...],
) -> Desired:
    """Everything that the firewall needs on a host on which the others are.

    Raises:
        RigError: No operator could log in over SSH.
    """
    opened = openings(settings, others)
    _refuse_lock_out(settings, opened, others)
    proxies = tuple(network for one in others for network in one.proxy_networks)
    return Desired.merge(
        _table(settings, Rules(settings, opened, proxies)),
        bans(settings.fail2ban, others),
        Desired("firewall", usages=(usage(opened),)),
    )


def _table(settings: FirewallSettings, rules: Rules) -> Desired:
    """The table of nftables, and what loads it at boot."""
    contents = render_tree("firewall", {"settings": settings, "rules": rules})
    return Desired(
        subsystem="firewall",
        packages=("nftables", "python3"),
        files=(
            *(File(path, content) for path, content in sorted(contents.items())),
            File(LOAD, program("firewall/programs/load.sh").encode(), mode=0o755),
        ),
        directories=tuple(map(Directory, ("/etc/rigwright", "/usr/local/lib/rigwright", TOOLS))),
        units=(Unit(UNIT),),
        activations=(Activation(UNIT, reload_on=("/etc/rigwright/",)),),
        runtime_states=(_loaded(), _others()),
        checks=(Check("nft -c", f"nft -c -f {PATH} && nft -c -f {SSH_ONLY}"),),
        probes=(Probe(f"nft list table {TABLE}", f"nft list chain {TABLE} input | grep -q 'policy drop'"),),
        confirm_seconds=CONFIRM_SECONDS,
    )


def _refuse_lock_out(
    settings: FirewallSettings, opened: tuple[Opening, ...], others: tuple[Desired, ...]
) -> None:
    if not any(one.subsystem == "ssh" for one in others):
        if not any(one.protocol == "tcp" for one in settings.access):
            raise RigError(
                "ssh is not in the inventory and no TCP port is in access: this locks every operator out",
                setting="firewall.access",
                next_step="add ssh=SshSettings() to the host, or Access(port=22) to access",
            )
        return
    ways_in = [one for one in opened if one.owner == "ssh"]
    if ways_in and all(one.interfaces is not None for one in ways_in):
        raise RigError(
            "sshd listens only on addresses in networks of containers: this locks every operator out",
            setting="docker.address_pools",
            next_step="choose address_pools that the host itself has no address in",
        )
    if not any(reachable(one, settings.blocked_networks) for one in ways_in):
        raise RigError(
            "blocked_networks hold every network that access lets SSH in from: this locks every operator out",
            setting="firewall.blocked_networks",
            next_step="take the operators' network out of blocked_networks",
        )


def _others() -> RuntimeState:
    """Another table that drops what ours opens, now or after the next boot; only a person can end it."""
    return RuntimeState("other firewalls", python("firewall/programs/others.py", TABLE), (), exact=True)


def _loaded() -> RuntimeState:
    """Rules that were added or removed in the kernel while the file stayed as it is."""
    return RuntimeState(
        "nft",
        python("firewall/programs/loaded.py", PATH, TABLE),
        ((f"table {TABLE}", "loaded"),),
        exact=True,
        remediation=f"nft -f {PATH}",
    )
