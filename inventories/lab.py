"""The running lab hosts (``rig lab up``).

A host that is named after a site of ``inventories/examples``, such as ``odavl`` or ``try-odavl``, stands in
for that one. One whose name starts with ``everything`` has every setting changed; any other every default.
"""

from ipaddress import ip_network

from deploys.rig import Rig
from deploys.twin import Lab, twin
from inventories import examples
from inventories.scenarios import defaults, everything
from rigwright.inventory.load import group, ssh_host
from rigwright.lab import LabHost
from rigwright.lab import hosts as _running_hosts
from rigwright.lab.rehearsal import PREFIX


def _rig(host: LabHost) -> Rig:
    for site in {*host.name.split("-")} & {*examples.NAMES}:
        network = str(ip_network(f"{host.address}/24", strict=False))
        return twin(examples.rig_of(site), Lab(host.os, host.user, network))
    return (everything if host.name.startswith("everything") else defaults)(host.os)


lab = group(
    (
        ssh_host(host.name, _rig(host), **host.reached_by)
        for host in _running_hosts()
        # A fresh one waits for rig bootstrap, and one of rig rehearse has an inventory of its own.
        if host.password is None and not host.name.startswith(PREFIX)
    ),
    otherwise="rig lab up",
)
