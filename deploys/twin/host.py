"""The machine, its accounts and its hardware in the lab."""

from __future__ import annotations

import re

from deploys.base.settings import BaseSettings, Placement
from deploys.firewall.settings import FirewallSettings
from deploys.health.settings import HealthSettings
from deploys.machine import Machine
from deploys.nvidia.settings import NvidiaSettings
from deploys.postgres.versions import VERSIONS
from deploys.ssh.settings import SshSettings
from deploys.twin.lab import Lab, Notes, changed
from deploys.zfs.settings import ZfsSettings

CLUSTER = re.compile(r"postgresql@[0-9]+-(.+)\.service")


def machine(one: Machine, lab: Lab, notes: Notes) -> Machine:
    """Of the lab's machine no size is known, so none is held to it."""
    if one.os != lab.os:
        notes.add("os", f"{lab.os} in place of {one.os}, as this lab host was started")
    notes.add("", "no CPUs, memory, disks and cards of its own: a container shares those of this machine")
    return changed(one, os=lab.os, cpu_threads=None, memory=None, disks=[], gpus=[])


def base(one: BaseSettings, lab: Lab, notes: Notes) -> BaseSettings:
    """The lab's account; CPU sets belong to the machine."""
    if any(placed.cpus for placed in one.placements):
        notes.add("placements", "without CPU sets, which belong to the real machine")
    if one.vulnerabilities:
        notes.add("vulnerabilities", "left out: its list is on the internet")
    placements = [placed for each in one.placements if (placed := _placed(each, lab))]
    return changed(one, operator=lab.user, placements=placements, vulnerabilities=None)


def _placed(one: Placement, lab: Lab) -> Placement | None:
    """The same without its CPUs, of the unit's name in the lab; None where nothing else is set."""
    fields = {name: getattr(one, name) for name in type(one).model_fields if name not in ("unit", "cpus")}
    if not any(fields.values()):
        return None
    cluster = CLUSTER.fullmatch(one.unit)
    unit = f"postgresql@{VERSIONS[lab.os]}-{cluster[1]}.service" if cluster else one.unit
    return Placement(unit=unit, **fields)


def ssh(one: SshSettings, lab: Lab, notes: Notes) -> SshSettings:
    """The lab's account may log in, at the port that the lab knows."""
    if one.ports != (22,):
        notes.add("ports", "22, by which the lab logs in")
    users = [*one.allowed_users, lab.user] if one.allowed_users else []
    return changed(one, ports=[22], allowed_users=list(dict.fromkeys(users)), allowed_groups=[])


def firewall(one: FirewallSettings, lab: Lab, notes: Notes) -> FirewallSettings:
    """The lab's network is another office."""
    notes.add("", f"{lab.network} of the lab may do what the office may")
    access = [
        changed(rule, networks=[*rule.networks, lab.network]) if rule.networks else rule
        for rule in one.access
    ]
    fail2ban = one.fail2ban and changed(
        one.fail2ban, ignored_networks=[*one.fail2ban.ignored_networks, lab.network]
    )
    return changed(
        one,
        access=access,
        unlimited_networks=[*one.unlimited_networks, lab.network],
        fail2ban=fail2ban,
    )


def zfs(_one: ZfsSettings, _lab: Lab, notes: Notes) -> None:
    """No container has pools; the folders of its datasets are there all the same."""
    notes.add("", "left out: a container has no pools, and each dataset is a folder")


def nvidia(_one: NvidiaSettings, _lab: Lab, notes: Notes) -> None:
    """No container has a card."""
    notes.add("", "left out: a container has no card")


def health(one: HealthSettings, _lab: Lab, notes: Notes) -> HealthSettings:
    """Nothing is missed that a container cannot have."""
    notes.add("", "watches no card, drive and pool, which a container has none of")
    return changed(
        one, gpus=0, nvme_drives=0, sata_disks=0, controller_disks=[], pools=[], unscrubbed=[], snapshots=[]
    )
