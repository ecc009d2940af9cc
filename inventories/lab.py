"""The running lab hosts (``rig lab up``), each in one of two scenarios.

A host whose name starts with ``everything`` has every setting changed; any other has every default.
"""

from inventories.scenarios import defaults, everything
from rigwright.inventory.load import group, ssh_host
from rigwright.lab import hosts as _running_hosts

lab = group(
    (
        ssh_host(
            host.name,
            (everything if host.name.startswith("everything") else defaults)(host.os),
            **host.reached_by,
        )
        for host in _running_hosts()
        if host.password is None  # a fresh one waits for rig bootstrap
    ),
    otherwise="rig lab up",
)
