"""Which containers and data a Docker has before it is taken over, and what the settings would do to them."""

from __future__ import annotations

from typing import Any

import pytest

from deploys.docker.settings import DockerSettings
from deploys.docker.state import daemon, desired
from rigwright.desired.usage import OpenSocket, Sockets, Use
from rigwright.settings.platform import Platform

WEB: dict[str, Any] = {
    "name": "legacy",
    "image": "legacy:1",
    "running": True,
    "project": None,
    "restart": "no",
    "ports": ["0.0.0.0:8080/tcp"],
    "networks": ["bridge"],
}
ENGINE: dict[str, Any] = {
    "options": {},
    "flags": ["H", "containerd"],
    "runs": True,
    "root": "/var/lib/docker",
    "remapped": False,
    "driver": "overlay2",
    "live_restore": False,
    "swarm": False,
    "containers": [],
    "volumes": 0,
    "images": 0,
    "unused_images": 0,
}


def judged(settings: DockerSettings | None = None, sockets: Sockets | None = None, **found: Any) -> list[Use]:
    (usage,) = desired(settings or DockerSettings(), Platform("debian13")).usages
    return [*usage.judge({**ENGINE, **found}, sockets or Sockets())]


def test_an_empty_engine_is_not_in_use() -> None:
    assert judged() == []
    assert judged(root="/srv/docker", options={"data-root": "/srv/docker"}) == []
    assert judged(runs=False, stopped=0) == []


def test_a_running_container_is_named_and_runs_on() -> None:
    (use,) = judged(containers=[WEB])
    assert use.effect == "kept"
    assert (
        "container legacy (legacy:1, 0.0.0.0:8080/tcp) is of no stack of the inventory, and runs on"
        in use.summary
    )


@pytest.mark.parametrize(("policy", "words"), [("no", "is stopped, and stays so"), ("always", "starts anew")])
def test_without_live_restore_containers_stop(policy: str, words: str) -> None:
    (use,) = judged(DockerSettings(live_restore=False), containers=[{**WEB, "restart": policy}])
    assert (use.effect, words in use.summary) == ("cut", True)


@pytest.mark.parametrize("root", ["/srv/docker", "/srv/docker/100000.100000"])
def test_another_data_root_is_hidden_until_it_is_set(root: str) -> None:
    found = judged(root=root, containers=[{**WEB, "running": False}], options={"data-root": "/srv/docker"})
    assert found[0].effect == "hidden"
    assert 'set docker.data_root="/srv/docker"' in found[0].summary
    named = judged(DockerSettings(data_root="/srv/docker"), root=root, volumes=1)
    assert named == []


def test_a_data_root_of_the_command_line_is_taken_out_of_it() -> None:
    (use,) = judged(root="/srv/docker", volumes=2, flags=["data-root"])
    assert "take --data-root out of its unit" in use.summary
    (use, kept) = judged(runs=False, root="/srv/docker", stopped=1, volumes=2)
    assert (use.effect, kept.effect) == ("hidden", "kept")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"userns-remap": "default"}, '{"userns-remap": "default"}'),
        ({"storage-driver": "vfs"}, '{"storage-driver": "vfs"}'),
        ({"containerd-snapshotter": True}, '{"features": {"containerd-snapshotter": True}}'),
    ],
)
def test_what_decides_where_images_are_is_hidden_until_it_is_set(options: dict[str, Any], words: str) -> None:
    (use,) = judged(images=3, options=options)
    assert (use.effect, words in use.summary) == ("hidden", True)


def test_an_option_that_would_hide_them_is_refused() -> None:
    settings = DockerSettings(daemon_options={"userns-remap": "default"})
    (use,) = judged(settings, images=3)
    assert (use.effect, "leave userns-remap out" in use.summary) == ("hidden", True)
    assert judged(settings, images=3, options={"userns-remap": "default"}) == []
    driver = DockerSettings(daemon_options={"storage-driver": "vfs"})
    assert [use.effect for use in judged(driver, images=3)] == ["hidden"]
    assert judged(driver, images=3, driver="vfs") == []


def test_a_swarm_needs_another_setting() -> None:
    assert [use.effect for use in judged(images=1, swarm=True)] == ["hidden"]
    assert judged(DockerSettings(live_restore=False), images=1, swarm=True) == []


def test_images_networks_and_sockets_are_named() -> None:
    other = {**WEB, "name": "other", "ports": []}
    listening = Sockets((OpenSocket("tcp", "0.0.0.0", 2375, ("dockerd",)),))
    found = judged(sockets=listening, containers=[WEB, other], images=3, unused_images=2)
    text = "\n".join(use.summary for use in found)
    assert "2 images that no container uses" in text
    assert "legacy, other reach each other on the default network no more" in text
    assert "the engine listens on 0.0.0.0:2375" in text


def test_the_data_root_is_in_the_configuration_only_where_it_is_another() -> None:
    assert "data-root" not in daemon(DockerSettings())
    assert daemon(DockerSettings(data_root="/srv/docker"))["data-root"] == "/srv/docker"
