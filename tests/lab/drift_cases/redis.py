"""Redis: its files, and what its administrator can change while it runs."""

ASK = "/usr/local/lib/rigwright/redis/ask"

CHANGES = {
    ("runtime_state.value", "redis settings: maxmemory"): f"{ASK} do CONFIG SET maxmemory 2097152",
    ("runtime_state.value", "redis settings: maxclients"): f"{ASK} do CONFIG SET maxclients 77",
    ("runtime_state.value", "redis users: default"): f"{ASK} do ACL SETUSER default on nopass +@all",
    ("runtime_state.unmanaged", "redis users: evil"): f"{ASK} do ACL SETUSER evil on nopass '~*' +@all",
    ("file.mode", ASK): f"chmod 700 {ASK}",
    ("file.content", "/etc/sysctl.d/60-rigwright-redis.conf"): (
        "echo 'vm.overcommit_memory = 0' >/etc/sysctl.d/60-rigwright-redis.conf"
    ),
}

EVERYTHING = {
    ("runtime_state.value", "redis users: exporter"): f"{ASK} do ACL SETUSER exporter +get '~*'",
    ("unit.state", "prometheus-redis-exporter.service"): "systemctl stop prometheus-redis-exporter",
}
