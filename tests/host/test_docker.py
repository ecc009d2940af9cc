"""Docker of any host, queried by its own command line."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from deploys.docker.settings import DockerSettings
from rigwright.inventory.load import Host


@pytest.fixture(scope="module")
def docker(described: Host) -> DockerSettings:
    settings = getattr(described.rig, "docker", None)
    if settings is None:
        pytest.skip("the inventory has no Docker for this host")
    found: DockerSettings = settings
    return found


@pytest.fixture
def info(host: Any, docker: DockerSettings) -> dict[str, Any]:
    assert docker
    found: dict[str, Any] = json.loads(host.check_output("docker info --format '{{json .}}'"))
    return found


@pytest.mark.usefixtures("docker")
def test_it_runs_and_comes_back_after_a_boot(host: Any) -> None:
    assert host.service("docker").is_running
    assert host.service("docker").is_enabled


def test_the_running_engine_has_the_settings(info: dict[str, Any], docker: DockerSettings) -> None:
    assert info["LiveRestoreEnabled"] is docker.live_restore
    assert info["LoggingDriver"] == docker.log_driver
    if not info["ServerVersion"].startswith("20."):  # which does not report it
        assert ("name=no-new-privileges" in info["SecurityOptions"]) is docker.no_new_privileges
    pools = {(pool["Base"], pool["Size"]) for pool in info["DefaultAddressPools"]}
    assert pools == {(pool.base, pool.prefix_length) for pool in docker.address_pools}
    if docker.cdi:
        assert "/var/run/cdi" in info["CDISpecDirs"]
    mirrors = {mirror.rstrip("/") for mirror in info["RegistryConfig"]["Mirrors"] or ()}
    assert mirrors == {mirror.rstrip("/") for mirror in docker.registry_mirrors}


@pytest.mark.usefixtures("docker")
def test_the_kernel_has_the_rules_that_published_ports_need(host: Any) -> None:
    rules = host.check_output("iptables -w 5 -t nat -S").splitlines()
    assert "-A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER" in rules
    for port in re.findall(r"(?:\d+\.){3}\d+:(\d+)->", host.check_output("docker ps --format '{{.Ports}}'")):
        assert [rule for rule in rules if f"--dport {port} " in rule and "-j DNAT" in rule], port


def test_containers_reach_each_other_only_where_the_settings_allow_it(
    host: Any, docker: DockerSettings
) -> None:
    output = host.check_output("docker network inspect bridge --format '{{json .Options}}'")
    icc = json.loads(output)["com.docker.network.bridge.enable_icc"]
    assert icc == ("true" if docker.inter_container else "false")


def test_nothing_of_it_listens_but_on_loopback(host: Any, docker: DockerSettings) -> None:
    lines = [line.split() for line in host.check_output("ss -Hlntp").splitlines()]
    mine = {words[3] for words in lines if '"docker' in words[-1]}
    expected = {f"127.0.0.1:{docker.metrics_port}"} if docker.metrics_port else set()
    if docker.registry:
        expected.add(f"127.0.0.1:{docker.registry.port}")
    assert expected <= mine
    assert not [end for end in mine - expected if not end.startswith(("127.", "[::1]"))]


def test_its_metrics_are_for_the_host_alone(host: Any, docker: DockerSettings) -> None:
    if not docker.metrics_port:
        pytest.skip("the inventory has no metrics")
    output = host.check_output(f"curl -fsS http://127.0.0.1:{docker.metrics_port}/metrics")
    assert "engine_daemon_engine_info" in output


def test_the_registry_responds(host: Any, docker: DockerSettings) -> None:
    if not docker.registry:
        pytest.skip("the inventory has no registry")
    url = f"http://127.0.0.1:{docker.registry.port}/v2/_catalog"
    assert "repositories" in json.loads(host.check_output(f"curl -fsS {url}"))


def test_the_registry_comes_back_after_a_boot_and_may_write_what_is_pushed(
    host: Any, docker: DockerSettings
) -> None:
    if not docker.registry:
        pytest.skip("the inventory has no registry")
    service = host.service("docker-registry")
    assert (service.is_running, service.is_enabled) == (True, True)
    account = host.check_output("ps -o user:32= -C docker-registry").strip()
    assert account != "root"
    assert host.run(f"runuser -u {account} -- test -w /var/lib/docker-registry").rc == 0


def test_old_images_go_each_night(host: Any, docker: DockerSettings) -> None:
    if docker.prune_after_days is None:
        pytest.skip("the inventory keeps every image")
    assert host.service("rigwright-docker-prune.timer").is_running
    output = host.run("systemctl start rigwright-docker-prune.service")
    assert output.rc == 0, output.stderr
    assert host.file("/var/lib/rigwright/docker-images.json").exists


def test_every_service_of_every_stack_runs_and_is_healthy(host: Any, docker: DockerSettings) -> None:
    if not any(stack.services for stack in docker.stacks):
        pytest.skip("the inventory has no stack with a container")
    for stack in docker.stacks:
        output = host.check_output(f"docker compose -p {stack.name} ps --all --format json")
        found = [json.loads(line) for line in output.splitlines() if line]
        lists = [one for item in found for one in (item if isinstance(item, list) else [item])]
        assert {one["Service"] for one in lists} == set(stack.services)
        assert {(one["State"], one["Health"]) for one in lists} - {("running", "healthy")} == set()


def test_only_root_reads_the_secrets_of_stacks(host: Any, docker: DockerSettings) -> None:
    if not docker.stacks:
        pytest.skip("the inventory has no stacks")
    assert host.run("runuser -u nobody -- ls /etc/rigwright/stacks").rc != 0
    for stack in docker.stacks:
        output = host.check_output(f"stat -c '%a %U' /etc/rigwright/stacks/{stack.name}/secrets.env")
        assert output == "600 root"
