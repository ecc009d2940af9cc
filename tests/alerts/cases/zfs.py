"""ZFS."""

from tests.alerts.case import Case, Fires


def state(name: str, values: str) -> dict[str, str]:
    """What node_exporter tells of a pool that was online half an hour ago."""
    labels = 'instance="n", job="node", zpool="data"'
    return {
        f'node_zfs_zpool_state{{{labels}, state="online"}}': "1+0x20 0+0x100",
        f'node_zfs_zpool_state{{{labels}, state="{name}"}}': values,
    }


def fires(name: str) -> Fires:
    """The alert about a pool in this state."""
    return Fires(
        f"The pool data is {name}",
        "A disk of it is missing or fails. A degraded pool works on without its redundancy; a suspended one "
        "takes no more writes.",
        {"instance": "n", "job": "node", "zpool": "data", "state": name},
    )


CASES = (
    *(
        Case("ZpoolNotOnline", state(name, "0+0x20 1+0x100"), fires(name))
        for name in ("degraded", "faulted", "suspended", "unavail")
    ),
    Case("ZpoolNotOnline", {'node_zfs_zpool_state{zpool="data", state="online"}': "1+0x120"}),
    Case("ZpoolNotOnline", state("degraded", "0+0x120")),
)
