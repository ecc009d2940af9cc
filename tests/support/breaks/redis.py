"""What makes the claims about Redis false: with Valkey where it is packaged."""

from __future__ import annotations

from tests.support.breaks.model import KEPT, Break, Claims

ENGINE = "e=valkey; [ -d /etc/$e ] || e=redis"
DROP_INS = f"{ENGINE}; d=/run/systemd/system/$e-server.service.d; mkdir -p $d"
LOOSE = "".join(
    f"{name}={value}\\n"
    for name, value in {
        **dict.fromkeys(("PrivateUsers", "PrivateDevices", "PrivateTmp", "ProtectHome"), "no"),
        **dict.fromkeys(("ProtectClock", "ProtectKernelModules", "ProtectKernelTunables"), "no"),
        **dict.fromkeys(("ProtectControlGroups", "ProtectKernelLogs", "RestrictNamespaces"), "no"),
        **dict.fromkeys(("SystemCallFilter", "RestrictAddressFamilies"), ""),
        "CapabilityBoundingSet": "~",
        "ProtectSystem": "no",
    }.items()
)
"""What takes most of the confinement away."""
READ = 'import json, sys; print(json.load(open(sys.argv[1]))["password"])'
CLI = (
    f"{ENGINE}; export REDISCLI_AUTH=$(python3 -c '{READ}' /etc/$e/administrator.json); "
    "$e-cli -p 6380 --no-auth-warning --user rigwright"
)
LOAD = f"{CLI} ACL LOAD | grep OK"

_redis = Claims("test_redis")


def said(test: str, words: str, undo: str = "", *also: str) -> Break:
    """By a command to the server; without ``undo`` the list of users is loaded again from its file."""
    back = f"{CLI} {undo} | grep OK" if undo else LOAD
    return _redis.ran(test, f"{CLI} {words} | grep OK", back, also=also)


BREAKS = (
    # First, because it restarts the server, which forgets what others say to it.
    _redis.ran(
        "test_it_cannot_rewrite_its_configuration",
        (
            f"{DROP_INS}; cp -a /etc/$e {KEPT}/redis; chown -R $e /etc/$e; "
            'printf "[Service]\\nReadWritePaths=/etc/$e\\n" >$d/zz-write.conf; '
            "systemctl daemon-reload; systemctl restart $e-server"
        ),
        (
            f"{DROP_INS}; rm $d/zz-write.conf; rm -r /etc/$e; "
            f"cp -a {KEPT}/redis /etc/$e; rm -r {KEPT}/redis; "
            "systemctl daemon-reload; systemctl restart $e-server"
        ),
        also=("test_redis::test_only_root_and_the_server_read_its_passwords",),
    ),
    _redis.ran(
        "test_it_runs_and_comes_back_after_a_boot",
        f"{ENGINE}; systemctl disable -q $e-server.service",
        f"{ENGINE}; systemctl enable -q $e-server.service",
    ),
    _redis.listened(
        "test_it_listens_where_the_inventory_says_and_nowhere_else",
        "$([ -d /etc/valkey ] && echo valkey-break || echo redis-break)",
        7380,
    ),
    _redis.ran(
        "test_another_host_does_not_reach_it",
        "nft insert rule inet rigwright input tcp dport 6380 accept; "
        "a=$(ip -4 route get 192.0.2.99 | sed -n 's/.* src \\([0-9.]*\\).*/\\1/p'); "
        "systemd-run -q --collect --unit=rig-break-6380 python3 -c "
        "'import socket, sys, time; s = socket.create_server((sys.argv[1], 6380)); time.sleep(900)' $a",
        "systemctl stop rig-break-6380; nft -f /etc/rigwright/firewall.nft",
    ),
    said(
        "test_a_client_without_a_password_is_refused",
        "ACL SETUSER default on nopass",
        "",
        "test_redis::test_users_are_those_of_the_inventory_with_their_passwords",
    ),
    said(
        "test_its_memory_has_a_limit_and_a_policy", "CONFIG SET maxclients 501", "CONFIG SET maxclients 500"
    ),
    said("test_it_saves_as_the_inventory_says", 'CONFIG SET save "600 6"', 'CONFIG SET save "600 5"'),
    said(
        "test_idle_clients_and_slow_commands_are_dealt_with_as_the_inventory_says",
        "CONFIG SET timeout 301",
        "CONFIG SET timeout 300",
    ),
    said(
        "test_users_are_those_of_the_inventory_with_their_passwords", "ACL SETUSER app resetpass '>another'"
    ),
    said("test_a_user_may_do_what_the_inventory_says_and_no_more", "ACL SETUSER app +flushall"),
    _redis.ran(
        "test_only_root_and_the_server_read_its_passwords",
        f"{ENGINE}; chmod 644 /etc/$e/users.acl",
        f"{ENGINE}; chmod 640 /etc/$e/users.acl",
    ),
    _redis.ran(
        "test_its_unit_may_do_little",
        f"{DROP_INS}; printf '[Service]\\n{LOOSE}' >$d/zz-loose.conf",
        f"{DROP_INS}; rm $d/zz-loose.conf",
        after="systemctl daemon-reload",
    ),
    _redis.unit(
        "test_its_exporter_reaches_it_and_exposes_this_server", "disable", "prometheus-redis-exporter.service"
    ),
    said("test_the_exporter_can_neither_read_nor_change_data", "ACL SETUSER exporter +get '~*'"),
)
ELSEWHERE = {
    "test_redis::test_a_fork_is_not_refused_for_lack_of_memory": (
        "a kernel of its own: a container may not set it"
    )
}
