"""Who may reach which port of the reference host."""

from deploys.firewall.settings import Access, Fail2ban, FirewallSettings

_OFFICE = "198.51.100.0/24"  # where the team works

firewall = FirewallSettings(
    access=[
        # A port of a subsystem is open to every network unless an entry limits it.
        Access(
            port=22,
            last_port=None,  # of a range: 60000 to 61000 of mosh
            protocol="tcp",
            networks=[_OFFICE],  # empty: from everywhere
            new_connections_per_minute=30,  # of one address; None: not counted
        ),
    ],
    blocked_networks=["203.0.113.0/24"],  # they reach nothing at all
    connections_per_source=2048,  # that one address or IPv6 /64 holds open; None: no limit
    unlimited_networks=[_OFFICE],  # not counted, like the networks of access
    # or LocalAccess(port=9093, accounts=["root", "prometheus"]): these alone silence alerts
    local_access=[],  # every account of the host reaches what listens on it
    ping=True,  # reply to echo requests
    container_interfaces=["docker0", "docker_gwbridge", "br-*"],  # containers reach the outside
    logged_denials_per_minute=10,  # in the kernel's log, at most
    fail2ban=Fail2ban(  # None: no address is shut out for failed logins
        max_failures=5,
        find_seconds=600,  # failures are counted within so long
        ban_seconds=3600,  # the first time
        longer_each_time=True,  # twice as long each time
        ignored_networks=[_OFFICE],  # never shut out
    ),
)
