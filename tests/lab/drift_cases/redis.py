"""Redis: its files, and what its administrator can change while it runs."""

QUERY = "/usr/local/lib/rigwright/redis/ask"

CHANGES = {
    ("runtime_state.value", "redis settings: maxmemory"): f"{QUERY} do CONFIG SET maxmemory 2097152",
    ("runtime_state.value", "redis settings: maxclients"): f"{QUERY} do CONFIG SET maxclients 77",
    ("runtime_state.value", "redis users: default"): f"{QUERY} do ACL SETUSER default on nopass +@all",
    ("runtime_state.unmanaged", "redis users: evil"): f"{QUERY} do ACL SETUSER evil on nopass '~*' +@all",
    ("file.mode", QUERY): f"chmod 700 {QUERY}",
    ("file.content", "/etc/sysctl.d/60-rigwright-redis.conf"): (
        "echo 'vm.overcommit_memory = 0' >/etc/sysctl.d/60-rigwright-redis.conf"
    ),
}

EVERYTHING = {
    ("runtime_state.value", "redis users: exporter"): f"{QUERY} do ACL SETUSER exporter +get '~*'",
    ("unit.state", "prometheus-redis-exporter.service"): "systemctl stop prometheus-redis-exporter",
}
