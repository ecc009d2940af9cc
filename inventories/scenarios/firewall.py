"""The firewall with every setting changed."""

from __future__ import annotations

from deploys.firewall.settings import Access, Fail2ban, FirewallSettings, LocalAccess
from rigwright.settings.platform import Os


def everything(os: Os) -> FirewallSettings:  # noqa: ARG001  every platform has all of it
    """SSH is counted, a port is for some networks only, and two that no subsystem declares are open."""
    return FirewallSettings(
        access=[
            Access(port=22, new_connections_per_minute=60),
            Access(port=2222, networks=["10.0.0.0/8", "fd00::/8"]),
            Access(port=8500),
            Access(port=60_000, last_port=60_010, protocol="udp"),
            Access(port=8501, protocol="udp", networks=["192.0.2.0/24", "192.0.2.128/25", "2001:db8:2::/48"]),
        ],
        local_access=[LocalAccess(port=5999, accounts=["root", "www-data"])],
        blocked_networks=["198.51.100.0/24", "198.51.100.7/32", "2001:db8:bad::/48"],
        connections_per_source=500,
        unlimited_networks=["203.0.113.0/24", "2001:db8:3::/48"],
        ping=False,
        container_interfaces=["docker0", "br-*"],
        logged_denials_per_minute=0,
        fail2ban=Fail2ban(
            max_failures=4,
            find_seconds=300,
            ban_seconds=1800,
            longer_each_time=False,
            ignored_networks=["10.213.0.0/16", "fd72:6967:6c61:62::/64"],
        ),
    )
