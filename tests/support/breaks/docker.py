"""What makes the claims about Docker false."""

from __future__ import annotations

from tests.support.breaks.model import Claims

DAEMON = "/etc/docker/daemon.json"
RESTART = "systemctl restart docker; sleep 1"
LOCAL = "-t nat {} PREROUTING -m addrtype --dst-type LOCAL -j DOCKER"

_docker = Claims("test_docker")


def refused(port: int, account: str) -> tuple[str, str]:
    """What keeps one account from a port of the host's own, and what ends that."""
    table = f"inet rigbreak{port}"
    hook = "{ type filter hook output priority 0; policy accept; }"
    begin = f"nft add table {table}; nft add chain {table} out '{hook}'; "
    rule = f"nft add rule {table} out tcp dport {port} meta skuid {account} reject with tcp reset"
    return begin + rule, f"nft delete table {table}"


BREAKS = (
    _docker.unit("test_it_runs_and_comes_back_after_a_boot", "disable", "docker.service"),
    _docker.edited(
        "test_the_running_engine_has_the_settings",
        DAEMON,
        's#"http://127.0.0.1:5001"#"http://127.0.0.1:5009"#',
        after=RESTART,
        touches="dockerd",
    ),
    _docker.edited(
        "test_containers_reach_each_other_only_where_the_settings_allow_it",
        DAEMON,
        's/"icc": true/"icc": false/',
        after=RESTART,
    ),
    _docker.ran(
        "test_the_kernel_has_the_rules_that_published_ports_need",
        f"iptables -w 5 {LOCAL.format('-D')}",
        f"iptables -w 5 {LOCAL.format('-I')}",
        touches="dockerd",
    ),
    _docker.listened("test_nothing_of_it_listens_but_on_loopback", "dockerd", 7375),
    _docker.ran("test_its_metrics_are_for_the_host_alone", *refused(9324, "root")),
    _docker.ran("test_the_registry_responds", *refused(5001, "root")),
    _docker.unit(
        "test_the_registry_comes_back_after_a_boot_and_may_write_what_is_pushed",
        "disable",
        "docker-registry.service",
    ),
    _docker.unit("test_old_images_go_each_night", "stop", "rigwright-docker-prune.timer"),
    _docker.moded(
        "test_only_root_reads_the_secrets_of_stacks", "/etc/rigwright/stacks/shop/secrets.env", "644"
    ),
)
ELSEWHERE = {
    "test_docker::test_every_service_of_every_stack_runs_and_is_healthy": (
        "an image: no registry is reached from a lab host"
    )
}
