"""The Vagrantfile's machines that are up, each with every default. ``vagrant up`` notes down what this reads.

Their host keys are pinned as the first contact found them, which was Vagrant's own and did not check.
"""

import json
from pathlib import Path

from deploys.base.settings import BaseSettings
from deploys.rig import Machine, Rig
from inventories.shapes import defaults
from rigwright.inventory import group, ssh_host

_NOTES = Path(__file__).resolve().parent.parent.glob(".vagrant/machines/*/*/rigwright.json")


def _host(note: Path):  # type: ignore[no-untyped-def]
    found = json.loads(note.read_text())
    machine = Machine(**found["machine"])
    site = dict(defaults(machine.os)) | {"machine": machine, "base": BaseSettings(operator=found["user"])}
    return ssh_host(
        found["name"],
        Rig(**site),
        address=found["address"],
        port=found["port"],
        user=found["user"],
        key=found["key"],
        known_hosts=note.with_name("known_hosts"),
    )


vagrant = group(map(_host, sorted(_NOTES)), otherwise="vagrant up")
