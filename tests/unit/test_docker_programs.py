"""What the programs of Docker decide from what the engine reports."""

from __future__ import annotations

from typing import Any

import pytest

from deploys.docker.programs.engine import flags, missing_rules
from deploys.docker.programs.prune import last_needed, tagged_at
from deploys.docker.programs.stack import lacking, next_step, service_of, wanted

NOW = 1_800_000_000.0
DAY = 86_400


def image(name: str, tagged: str | None = None) -> dict[str, Any]:
    return {"Id": name, "Metadata": {"LastTagTime": tagged} if tagged else None}


@pytest.mark.parametrize(
    ("tagged", "seconds"),
    [
        ("2026-11-30T04:00:00.123456789Z", 1796011200),
        ("0001-01-01T00:00:00Z", -62135596800),  # never, as the engine writes it
        ("", 0),
        (None, 0),
    ],
)
def test_the_time_of_a_tag_is_read_in_utc(tagged: str | None, seconds: int) -> None:
    assert tagged_at(image("a", tagged)) == seconds


def test_an_image_is_needed_when_it_is_used_new_or_tagged() -> None:
    images = [image("used"), image("new"), image("old"), image("tagged", "2027-01-15T07:00:00Z")]
    seen = {"used": NOW - 9 * DAY, "old": NOW - 9 * DAY, "tagged": NOW - 9 * DAY, "gone": NOW}
    assert last_needed(images, {"used"}, seen, NOW) == {
        "used": NOW,
        "new": NOW,
        "old": NOW - 9 * DAY,
        "tagged": 1799996400.0,
    }


def test_a_container_without_a_service_goes_by_its_own_name() -> None:
    labels = {"com.docker.compose.service": "web"}
    assert service_of({"Name": "/shop-web-1", "Config": {"Labels": labels}}) == "web"
    assert service_of({"Name": "/evil", "Config": {"Labels": None}}) == "evil"


def test_only_services_with_containers_need_their_images() -> None:
    services = {
        "web": {"image": "127.0.0.1:5000/web:1"},
        "none": {"image": "away:1", "deploy": {"replicas": 0}},
        "neither": {"image": "away:2", "scale": 0},
        "two": {"image": "127.0.0.1:5000/two:1", "deploy": {"replicas": 2}},
    }
    assert wanted({"services": services}) == {"web": "127.0.0.1:5000/web:1", "two": "127.0.0.1:5000/two:1"}


@pytest.mark.parametrize("record", [{"files": None}, {"files": "x", "services": {}}, {"lacks": None}])
def test_a_record_of_an_older_revision_lacks_nothing(record: dict[str, Any]) -> None:
    assert lacking(record) == {}


def test_the_next_step_depends_on_whose_registry_it_is() -> None:
    own = "127.0.0.1:5000/web:1"
    assert f"docker push {own}" in next_step([own], [own])
    assert "docker login" in next_step([own], ["registry.example.org/web:1", own])


@pytest.mark.parametrize(
    ("arguments", "shown"),
    [
        ("-H fd:// --containerd=/run/containerd/containerd.sock", "none"),
        ("--host=fd:// --containerd /run/containerd/containerd.sock", "none"),
        ("-H fd:// -H tcp://0.0.0.0:2375", "-H tcp://0.0.0.0:2375"),
        ("-H fd:// --iptables=false --debug", "--iptables --debug"),
        (
            "--debug --http-proxy http://a:secret@b --userland-proxy=false",
            "--debug --http-proxy --userland-proxy",
        ),
        ("", "none"),
    ],
)
def test_what_the_engine_was_started_with_beside_its_file_is_named_without_values(
    arguments: str, shown: str
) -> None:
    assert flags(arguments.split()) == shown


NAT = [
    "-P PREROUTING ACCEPT",
    "-N DOCKER",
    "-A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER",
    "-A DOCKER ! -i docker0 -p tcp -m tcp --dport 8080 -j DNAT --to-destination 172.17.0.2:80",
]
FILTER = ["-P FORWARD DROP", "-N DOCKER-USER", "-A FORWARD -j DOCKER-USER"]


@pytest.mark.parametrize(
    ("nat", "filtering", "published", "gone"),
    [
        (NAT, FILTER, [8080, 8080], []),
        (NAT, FILTER, [], []),
        ([], [], [], ["chain DOCKER of nat", "chains of filter"]),
        (["-P PREROUTING ACCEPT"], FILTER, [8080], ["chain DOCKER of nat", "port 8080"]),
        (NAT, FILTER, [808], ["port 808"]),
        (NAT[:-1], FILTER, [8080, 443], ["port 443, port 8080"]),
    ],
)
def test_the_rules_of_the_engine_that_are_gone_are_named(
    nat: list[str], filtering: list[str], published: list[int], gone: list[str]
) -> None:
    found = missing_rules(nat, filtering, published)
    if not gone:
        assert found == "loaded"
    else:
        assert found.startswith(f"gone: {', '.join(gone)}; a restart of docker.service")
