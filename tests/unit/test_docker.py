"""What Docker's settings refuse, and what they come to mean."""

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml
from pydantic import ValidationError

from deploys.docker.compose import memory, published
from deploys.docker.settings import AddressPool, DockerSettings, Registry, Stack
from deploys.docker.state import desired
from deploys.docker.versions import PACKAGED
from rigwright.desired import Desired, ScrapeTarget, Socket
from rigwright.errors import RigError
from rigwright.secrets.value import Secret
from rigwright.settings.platform import Platform

KEY = "-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nexample\n-----END PGP PUBLIC KEY BLOCK-----\n"


def compose(**more: object) -> str:
    """One fit service, with changes; None takes a key out."""
    service: dict[str, object] = {
        "image": "registry.example.org/web:1.2",
        "restart": "unless-stopped",
        "healthcheck": {"test": ["CMD", "true"]},
        "deploy": {"resources": {"limits": {"cpus": "2", "memory": "512M"}}},
        **more,
    }
    return yaml.safe_dump(
        {"services": {"web": {key: value for key, value in service.items() if value is not None}}}
    )


def stack(text: str = "", **more: object) -> Stack:
    """A stack of that service."""
    return Stack(**{"name": "shop", "compose": text or compose(), **more})  # type: ignore[arg-type]


def rendered(system: str = "debian13", **more: object) -> Desired:
    """What the host should be."""
    return desired(DockerSettings(**more), Platform(system))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "environment",
    [
        {"POSTGRES_PASSWORD": "postgres"},
        {"POSTGRES_PASSWORD": "${DB_PASSWORD:-postgres}"},
        ["SESSION_SECRET=change-me"],
        {"DATABASE_URL": "postgresql://app:app@db/app"},
        ["REDIS_URL=redis://:s3cret@cache:6379/0"],
        {"api_token": 12345},
    ],
)
def test_a_password_in_a_compose_file_is_refused_without_being_shown(environment: object) -> None:
    with pytest.raises(ValidationError, match=r"writes the password \w+ out.*stack's secrets") as message:
        stack(compose(environment=environment))
    for word in ("change-me", "app:app", "s3cret", "12345", "-postgres"):
        assert word not in str(message.value)


@pytest.mark.parametrize(
    "environment",
    [
        {"POSTGRES_PASSWORD": None, "PASSWORD_FILE": "/run/secrets/db", "TOKEN_SECONDS": 60},
        ["POSTGRES_PASSWORD", "DATABASE_URL=postgresql://db/app", "URL=http://app:8080/"],
        {"DB_PASSWORD": "${DB_PASSWORD}", "API_KEY": "${API_KEY:?is missing}", "NEXT_PUBLIC_TOKEN": "pk_1"},
        {"ALLOW_EMPTY_PASSWORD": "no"},
    ],
)
def test_a_variable_that_only_names_a_password_is_accepted(environment: object) -> None:
    assert stack(compose(environment=environment))


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (
            {"environment": {"POSTGRES_HOST_AUTH_METHOD": "trust"}},
            "lets every client in by POSTGRES_HOST_AUTH",
        ),
        ({"environment": ["MYSQL_ALLOW_EMPTY_PASSWORD=yes"]}, "lets every client in by MYSQL_ALLOW_EMPTY"),
        ({"command": "redis-server --requirepass abc"}, "--requirepass"),
    ],
)
def test_a_database_that_needs_no_password_is_refused(more: dict[str, object], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        stack(compose(**more))


@pytest.mark.parametrize("image", ["redis:8.0", "docker.io/valkey/valkey:8.1", "redis@sha256:" + 64 * "a"])
@pytest.mark.parametrize(
    "command", [None, "redis-server", "redis-server --maxmemory 0", ["--maxmemory", "1gb"]]
)
def test_redis_that_may_outgrow_its_container_is_refused(image: str, command: object) -> None:
    with pytest.raises(ValidationError, match=r"limit of 512 MiB.*-server, --maxmemory, 256mb"):
        stack(compose(image=image, command=command))


@pytest.mark.parametrize(
    ("image", "command"),
    [
        ("redis:8.0", "redis-server --maxmemory 300mb"),
        ("redis:8.0", ["redis-server", "--maxmemory", "300mb"]),
        ("redis:8.0", ["redis-server", "/etc/redis.conf"]),
        ("oliver006/redis_exporter:v1.70.0", None),
    ],
)
def test_redis_with_a_bound_is_fit(image: str, command: object) -> None:
    assert stack(compose(image=image, command=command))


def daemon(**more: object) -> dict[str, Any]:
    """The rendered daemon.json."""
    one = desired(DockerSettings(**more), Platform("debian13"))  # type: ignore[arg-type]
    (file,) = (file for file in one.files if file.path == "/etc/docker/daemon.json")
    found: dict[str, Any] = json.loads(file.content)
    return found


def test_the_engine_is_hardened_by_default() -> None:
    found = daemon()
    assert found["live-restore"] is True
    assert found["no-new-privileges"] is True
    assert found["icc"] is False
    assert found["userland-proxy"] is False
    assert found["log-opts"] == {"max-file": "3", "max-size": "10485760b"}
    assert found["metrics-addr"] == "127.0.0.1:9323"
    assert rendered().scrape_targets == (ScrapeTarget("docker", "127.0.0.1", 9323),)


def test_more_options_are_merged_with_ours() -> None:
    runtimes = {"nvidia": {"path": "nvidia-container-runtime"}}
    found = daemon(daemon_options={"runtimes": runtimes})
    assert found["runtimes"] == runtimes
    assert found["live-restore"] is True


@pytest.mark.parametrize(("key", "named"), [("icc", "inter_container"), ("metrics-addr", "metrics_port")])
def test_an_option_that_has_a_setting_is_refused_with_its_name(key: str, named: str) -> None:
    with pytest.raises(ValidationError, match=named):
        DockerSettings(daemon_options={key: 1})


@pytest.mark.parametrize("key", ["hosts", "iptables"])
def test_options_that_break_the_engine_are_refused(key: str) -> None:
    with pytest.raises(ValidationError, match=f"leave {key} out"):
        DockerSettings(daemon_options={key: 1})


@pytest.mark.parametrize(("base", "length"), [("8.0.0.0/8", 24), ("172.30.1.0/16", 24), ("172.30.0.0/16", 8)])
def test_address_pools_are_private_and_hold_a_network(base: str, length: int) -> None:
    with pytest.raises(ValidationError):
        AddressPool(base=base, prefix_length=length)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"image": None}, "needs an image"),
        ({"image": "web"}, "write a tag"),
        ({"image": "registry.example.org:5000/web"}, "write a tag"),
        ({"image": "web:latest"}, "write a tag"),
        ({"build": "."}, "takes build out"),
        ({"restart": None}, "needs restart"),
        ({"restart": "no"}, "needs restart"),
        ({"healthcheck": None}, "needs a healthcheck"),
        ({"healthcheck": {"disable": True}}, "needs a healthcheck"),
        ({"healthcheck": {"test": ["NONE"]}}, "needs a healthcheck"),
        ({"deploy": None}, "mem_limit"),
        ({"deploy": {"resources": {"limits": {"memory": "1g"}}}}, "limits.cpus"),
        ({"ports": ["8080:80"]}, "on every address"),
        ({"ports": [8080]}, "on every address"),
        ({"ports": ["0.0.0.0:8080:80"]}, "on every address"),
        ({"ports": ["127.0.0.1::80"]}, "on every address"),
        ({"ports": [{"target": 80, "published": "8080"}]}, "on every address"),
        ({"depends_on": ["db"]}, "condition: service_healthy"),
        ({"depends_on": {"db": {"condition": "service_started"}}}, "condition: service_healthy"),
        ({"profiles": ["debug"]}, "takes profiles out"),
    ],
)
def test_a_service_that_lacks_something_is_refused_by_name(change: dict[str, object], message: str) -> None:
    with pytest.raises(ValidationError, match=f"service web .*{message}"):
        stack(compose(**change))


@pytest.mark.parametrize("text", ["services: {}\n", "- a\n- b\n", "a: [\nb", "name: x\nservices: {a: {}}\n"])
def test_what_is_no_compose_file_is_refused(text: str) -> None:
    with pytest.raises(ValidationError):
        stack(text)


def test_a_file_that_is_not_there_is_refused() -> None:
    with pytest.raises(ValidationError, match="neither YAML nor a file"):
        stack("stacks/nowhere.yaml")


def test_an_image_by_digest_is_taken() -> None:
    assert stack(compose(image="registry.example.org/web@sha256:" + "0" * 64)).services == ("web",)


def sockets(*ports: object, **service: object) -> list[tuple[str, int, str]]:
    """What a stack with one service publishes; none of it is open by that alone."""
    found = stack(compose(ports=list(ports), **service), published_to_all=True).sockets
    assert all(one.needs_access for one in found)
    return [(one.address, one.port, one.protocol) for one in found]


def test_every_published_port_is_a_socket_that_only_the_firewall_s_settings_open() -> None:
    assert sockets(
        "127.0.0.1:8080:80",
        "[::1]:8081:80/udp",
        {"host_ip": "10.0.0.1", "published": 90, "target": 9},
        "8082:80",
        "0.0.0.0:8083:80",
    ) == [
        ("127.0.0.1", 8080, "tcp"),
        ("::1", 8081, "udp"),
        ("10.0.0.1", 90, "tcp"),
        ("0.0.0.0", 8082, "tcp"),
        ("::", 8082, "tcp"),
        ("0.0.0.0", 8083, "tcp"),
    ]


def test_a_service_without_containers_publishes_nothing() -> None:
    assert sockets("8080:80", scale=0) == []


def test_networks_of_containers_are_inner_networks_and_those_of_other_drivers_are_not() -> None:
    text = (
        compose()
        + """
networks:
  web: {ipam: {config: [{subnet: fd00:30::/64}, {subnet: "${SUBNET}"}]}}
  lan: {driver: macvlan, ipam: {config: [{subnet: 192.168.1.0/24}]}}
  other:
"""
    )
    one = rendered(stacks=[stack(text)], daemon_options={"bip": "172.29.0.1/24"})
    assert one.inner_networks == ("172.30.0.0/16", "172.29.0.1/24", "fd00:30::/64")


@pytest.mark.parametrize("port", ["127.0.0.1:8000-8010:8000-8010", "x", {}, None])
def test_what_is_no_single_port_of_an_address_is_no_socket(port: object) -> None:
    assert published(port) is None


@pytest.mark.parametrize(
    ("limit", "size"), [("512M", 2**29), ("2g", 2**31), ("1.5gb", 3 * 2**29), (1024, 1024), ("x", None)]
)
def test_limits_are_read_as_compose_reads_them(limit: object, size: int | None) -> None:
    assert memory({"mem_limit": limit}) == size


def test_the_limits_of_all_containers_count_towards_the_memory_of_the_host() -> None:
    limits = {"replicas": 3, "resources": {"limits": {"cpus": "1", "memory": "512M"}}}
    assert rendered(stacks=[stack(compose(deploy=limits))]).memory_bytes == 3 * 2**29


def test_secrets_are_in_one_file_for_root_alone() -> None:
    secret = Secret("shop_token", "value $with #all")
    one = rendered(stacks=[stack(compose(env_file=["secrets.env"]), secrets={"TOKEN": secret})])
    holds = [file for file in one.files if b"value $with" in file.content]
    assert [(file.path, file.mode, file.secret) for file in holds] == [
        ("/etc/rigwright/stacks/shop/secrets.env", 0o600, True)
    ]
    assert holds[0].content == b"TOKEN='value $with #all'\n"


def test_secrets_that_no_service_reads_or_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ValidationError, match="nothing would read them"):
        stack(secrets={"TOKEN": Secret("t", "x")})
    with pytest.raises(ValidationError, match="TOKEN holds a quote") as refused:
        stack(compose(env_file="secrets.env"), secrets={"TOKEN": Secret("t", "it's")})
    assert "it's" not in str(refused.value)


def test_two_stacks_of_one_name_are_refused() -> None:
    with pytest.raises(ValidationError, match="two are named shop"):
        DockerSettings(stacks=[stack(), stack()])


def test_debian_12_has_no_compose_and_says_what_to_choose() -> None:
    with pytest.raises(RigError, match="without compose 2") as refused:
        rendered("debian12", stacks=[stack()])
    assert 'packages_from="docker"' in str(refused.value)
    assert rendered("debian12").packages == ("curl", "python3", "docker.io")


@pytest.mark.parametrize("system", PACKAGED)
def test_dockers_own_repository_brings_its_packages_and_its_key(system: str) -> None:
    one = rendered(system, packages_from="docker", repository_key=KEY, stacks=[stack()])
    assert {"docker-ce", "docker-ce-cli", "containerd.io", "docker-compose-plugin"} < set(one.packages)
    assert "docker.io" not in one.packages
    (source,) = one.sources
    assert (source.key, source.components) == (KEY, ("stable",))
    assert source.uri.endswith("/debian" if system.startswith("debian") else "/ubuntu")
    assert "docker-ce" in source.packages


def test_a_key_and_the_repository_need_each_other() -> None:
    for given in ({"packages_from": "docker"}, {"repository_key": KEY}):
        with pytest.raises(ValidationError, match="repository_key"):
            DockerSettings(**given)  # type: ignore[arg-type]


def test_the_registry_is_on_loopback() -> None:
    one = rendered(registry=Registry(port=5005))
    (file,) = (file for file in one.files if file.path == "/etc/docker/registry/config.yml")
    assert yaml.safe_load(file.content)["http"]["addr"] == "127.0.0.1:5005"
    assert Socket("127.0.0.1", 5005) in one.sockets


def test_without_a_number_of_days_nothing_is_pruned() -> None:
    one = rendered(prune_after_days=None)
    assert not [unit.name for unit in one.units if "prune" in unit.name]
    assert "rigwright-docker-prune.timer" in {unit.name for unit in rendered().units}


def test_an_engine_that_is_not_measured_leaves_no_target_and_no_rule() -> None:
    assert {rule.name for rule in rendered().alerts} == {
        "DockerContainerUnhealthy",
        "DockerContainersRestart",
    }
    silent = rendered(metrics_port=None)
    assert (silent.scrape_targets, silent.alerts, silent.sockets) == ((), (), ())


def test_devices_by_name_join_other_features_of_the_engine() -> None:
    (file,) = [
        one
        for one in desired(
            DockerSettings(cdi=True, daemon_options={"features": {"buildkit": True}}), Platform("debian13")
        ).files
        if one.path == "/etc/docker/daemon.json"
    ]
    assert json.loads(file.content)["features"] == {"buildkit": True, "cdi": True}


@pytest.mark.parametrize("features", [{"cdi": True}, ["cdi"]])
def test_a_feature_that_has_a_setting_is_refused_among_the_engines_options(features: object) -> None:
    with pytest.raises(ValidationError, match=r"features\.cdi has a setting"):
        DockerSettings(daemon_options={"features": features})
