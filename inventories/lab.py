"""The running lab hosts (``rig lab up``).

A host that is named after a site of ``inventories/examples``, such as ``odavl`` or ``try-odavl``, stands in
for that one. One whose name starts with ``everything`` has every setting changed; any other every default.
"""

from inventories import examples
from inventories.scenarios import defaults, everything
from rigwright.inventory.load import group, ssh_host
from rigwright.lab import hosts as _running_hosts
from rigwright.lab.rehearsal import PREFIX

lab = group(
    (
        ssh_host(
            host.name,
            examples.standing_in(host)
            or (everything if host.name.startswith("everything") else defaults)(host.os),
            **host.reached_by,
        )
        for host in _running_hosts()
        # A fresh one waits for rig bootstrap, and one of rig rehearse has an inventory of its own.
        if host.password is None and not host.name.startswith(PREFIX)
    ),
    otherwise="rig lab up",
)
