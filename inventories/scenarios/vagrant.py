"""The Vagrantfile's machines that are up: every default, their own disks, and Vagrant's way in.

``vagrant up`` notes down what this reads. Host keys are pinned as the first contact found them, which was
Vagrant's own and did not check.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from deploys.base.settings import BaseSettings
from deploys.firewall.settings import Access, FirewallSettings
from deploys.health.settings import HealthSettings
from deploys.rig import Machine, Rig
from inventories.scenarios import defaults
from rigwright.inventory.load import ssh_host
from rigwright.repository import ROOT

NOTES = ".vagrant/machines/*/*/rigwright.json"


def machines(root: Path = ROOT) -> Iterator[tuple[str, dict[str, Any]]]:
    """The machines of the Vagrantfile in this folder, as hosts of an inventory."""
    for note in sorted(root.glob(NOTES)):
        found = json.loads(note.read_text())
        machine = Machine(**found["machine"])
        changed = {
            "machine": machine,
            "base": BaseSettings(operator=found["user"]),
            # A hardened sshd has no key exchange that Vagrant's own client knows: docs/how-to/vagrant.md.
            "ssh": None,
            "health": HealthSettings(sata_disks=len(machine.disks)),
            "firewall": FirewallSettings(access=[Access(port=22)]),
        }
        yield ssh_host(
            found["name"],
            Rig(**dict(defaults(machine.os)) | changed),
            address=found["address"],
            port=found["port"],
            user=found["user"],
            key=found["key"],
            known_hosts=note.with_name("known_hosts"),
        )
