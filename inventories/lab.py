"""The lab hosts that are up right now (``rig lab up``), each in one of two shapes.

A host whose name starts with ``everything`` has every setting changed; any other has every default.
"""

from inventories.scenarios import defaults, everything
from rigwright.inventory.load import group, ssh_host
from rigwright.lab import hosts as _hosts_that_are_up

lab = group(
    (
        ssh_host(
            host.name,
            (everything if host.name.startswith("everything") else defaults)(host.os),
            **host.reached_by,
        )
        for host in _hosts_that_are_up()
        if host.password is None  # a fresh one waits for rig bootstrap
    ),
    otherwise="rig lab up",
)
