"""What a compose file must have, and what of it the host learns."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from deploys.docker.compose import memory, published
from tests.unit.test_docker import compose, rendered, stack


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
