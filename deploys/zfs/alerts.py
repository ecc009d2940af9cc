"""The rule about pools that node_exporter's own figures can tell; of the rest ``rig health`` knows."""

from __future__ import annotations

from rigwright.desired import AlertRule

ALERTS = (
    AlertRule(
        "ZpoolNotOnline",
        'node_zfs_zpool_state{state!="online"} > 0',
        60,
        "critical",
        "The pool {{ $labels.zpool }} is {{ $labels.state }}",
        "A disk of it is missing or fails. A degraded pool works on without its redundancy; a suspended one "
        "takes no more writes.",
        "zpool",
    ),
)
