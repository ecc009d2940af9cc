"""Docker on a real host while it changes: stacks, images, a refused daemon.json, what is kept from pruning.

The images are stand-ins, made of busybox on the host: no registry can be reached from a closed network.
"""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from typing import cast

import pytest

from deploys.docker.settings import Registry, Stack
from rigwright.desired.exposure import Login
from rigwright.remote import toolkit
from rigwright.settings.platform import Os
from tests.support.docker_target import COMPOSE, DockerTarget, docker_target, stack


@pytest.fixture(scope="module", params=["debian13", "ubuntu2404"])
def target(request: pytest.FixtureRequest, exhaustive: bool) -> Iterator[DockerTarget]:
    system = cast("Os", request.param)
    if system != "debian13" and not exhaustive:
        pytest.skip("only with --exhaustive: one engine of its age is enough for each change")
    name = f"d-docker{system[-4:-2] if system.startswith('ubuntu') else system[-2:]}"
    with docker_target(name, system) as host:
        yield host


@pytest.fixture
def _only_when_exhaustive(exhaustive: bool) -> None:
    if not exhaustive:
        pytest.skip("only with --exhaustive: each takes long on a small machine")


@pytest.fixture
def shop(target: DockerTarget) -> DockerTarget:
    """With the stack as it was first applied."""
    done = target.apply(target.desired(stack()))
    assert done.code == 0, done
    assert target.found(target.desired(stack())) == set()
    assert target.page() == "one"
    return target


def test_another_host_does_not_reach_what_is_published(shop: DockerTarget) -> None:
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((shop.host.address, 8080), timeout=3)
    listed = shop.sh("docker port shop-web-1")
    assert listed == "8080/tcp -> 127.0.0.1:8080"


def test_a_process_in_a_container_gains_no_privileges(shop: DockerTarget) -> None:
    output = shop.sh("docker run --rm local/app:1 /bin/cat /proc/self/status")
    assert "NoNewPrivs:\t1" in output


def test_a_changed_service_changes_its_container_and_none_that_does_not_depend_on_it(
    shop: DockerTarget,
) -> None:
    before = shop.ids()
    assert shop.apply(shop.desired(stack(text="two"))).code == 0
    after = shop.ids()
    assert shop.page() == "two"
    assert after["web"] != before["web"]
    assert after["worker"] == before["worker"]
    assert shop.found(shop.desired(stack(text="two"))) == set()


@pytest.mark.usefixtures("_only_when_exhaustive")
def test_another_image_changes_the_containers_that_use_it(shop: DockerTarget) -> None:
    before = shop.ids()
    assert shop.apply(shop.desired(stack(web="2"))).code == 0
    after = shop.ids()
    assert (after["web"] == before["web"], after["worker"] == before["worker"]) == (False, True)


@pytest.mark.usefixtures("_only_when_exhaustive")
def test_a_tag_that_was_moved_to_another_image_is_found_and_used(shop: DockerTarget) -> None:
    shop.sh("docker tag local/app:1 local/kept:1 && docker tag local/app:2 local/app:1")
    assert shop.found(shop.desired(stack())) == {
        ("runtime_state.value", f"stack shop: {service}") for service in ("late", "web", "worker")
    }
    assert shop.apply(shop.desired(stack())).code == 0
    assert shop.found(shop.desired(stack())) == set()
    shop.sh("docker tag local/kept:1 local/app:1")
    assert shop.apply(shop.desired(stack())).code == 0


def test_another_secret_changes_the_service_that_reads_it_and_is_never_shown(shop: DockerTarget) -> None:
    before = shop.ids()
    changed = shop.desired(stack(value="second $of its #kind"))
    done = shop.apply(changed)
    assert done.code == 0
    after = shop.ids()
    assert (after["web"] == before["web"], after["worker"] == before["worker"]) == (True, False)
    output = done.stdout + shop.sh(
        "journalctl --no-pager -u 'rigwright-*'; cat /var/lib/rigwright/manifests/*"
    )
    assert "of its #kind" not in output
    environment = json.loads(shop.sh("docker inspect -f '{{json .Config.Env}}' shop-worker-1"))
    assert "TOKEN=second $of its #kind" in environment
    assert shop.found(changed) == set()


def test_a_service_that_never_gets_well_is_taken_back(shop: DockerTarget) -> None:
    done = shop.apply(shop.desired(stack(text="sick", check="false")))
    assert (done.code, "the old state of docker is restored" in done.stdout) == (23, True), done
    assert shop.page() == "one"
    assert shop.found(shop.desired(stack())) == set()


def test_a_compose_file_that_compose_refuses_changes_nothing(shop: DockerTarget) -> None:
    before = shop.ids()
    wrong = stack().compose.replace("interval: 1s", "interval: soon")
    bad = Stack(name="shop", compose=wrong, secrets=stack().secrets, cpu_limits=False)
    done = shop.apply(shop.desired(bad))
    assert (done.code, "nothing was changed" in done.stdout) == (22, True), done
    assert shop.ids() == before


def test_containers_that_were_changed_by_hand_are_found_and_corrected(shop: DockerTarget) -> None:
    whole = shop.desired(stack())
    shop.sh("docker stop -t 0 shop-web-1 && docker rm -f shop-worker-1")
    shop.sh("docker run -d --name evil --label com.docker.compose.project=shop local/app:1 /bin/sleep 9999")
    assert shop.found(whole) == {
        ("runtime_state.value", "stack shop: web"),
        ("runtime_state.missing", "stack shop: worker"),
        ("runtime_state.unmanaged", "stack shop: evil"),
    }
    assert shop.apply(whole).code == 0
    assert shop.found(whole) == set()
    assert "evil" not in shop.sh("docker ps -a")


def test_the_nightly_check_reports_changed_containers(shop: DockerTarget) -> None:
    """By its record alone, in the sandbox of its unit, and nothing else."""
    wanted = toolkit.desired(logins=(Login("operator"),))
    shop.install(wanted)
    assert shop.apply(wanted).code == 0
    kept = shop.night()
    assert (kept["exit"], kept["findings"]) == (0, []), kept
    shop.sh("docker stop -t 0 shop-web-1 && docker rm -f shop-late-1 && docker pause shop-worker-1")
    kept = shop.night()
    assert kept["errors"] == []
    assert {(one["subsystem"], one["kind"], one["where"]) for one in kept["findings"]} == {
        ("docker", "runtime_state.value", "stack shop: web"),
        ("docker", "runtime_state.value", "stack shop: worker"),
        ("docker", "runtime_state.missing", "stack shop: late"),
    }
    assert shop.apply(shop.desired(stack())).code == 0
    assert shop.night()["exit"] == 0


@pytest.mark.usefixtures("_only_when_exhaustive")
def test_a_container_of_another_compose_file_is_found(shop: DockerTarget) -> None:
    whole = shop.desired(stack())
    shop.sh(
        "mkdir -p /root/other && cd /root/other && cp /etc/rigwright/stacks/shop/* . && "
        "sed -i 's/echo one/echo other/' compose.yaml && docker compose -p shop up -d --pull never 2>&1"
    )
    assert ("runtime_state.value", "stack shop: web") in shop.found(whole)
    assert shop.apply(whole).code == 0
    assert shop.page() == "one"


def test_drift_starts_no_engine(shop: DockerTarget) -> None:
    shop.sh("systemctl stop docker.service")
    assert {kind for kind, _ in shop.found(shop.desired(stack()))} == {"unit.state"}
    assert shop.sh("systemctl is-active docker.service", check=False) == "inactive"
    assert shop.apply(shop.desired(stack())).code == 0
    assert shop.found(shop.desired(stack())) == set()


def test_containers_run_on_while_the_engine_takes_a_new_daemon_json(shop: DockerTarget) -> None:
    before = shop.ids()
    started = shop.sh("docker inspect -f '{{.State.StartedAt}}' shop-web-1")
    assert shop.apply(shop.desired(stack(), daemon_options={"debug": True})).code == 0
    assert shop.sh("docker info -f '{{.Debug}}'") == "true"
    assert shop.ids() == before
    assert shop.sh("docker inspect -f '{{.State.StartedAt}}' shop-web-1") == started
    assert shop.page() == "one"


def test_a_daemon_json_that_the_engine_refuses_changes_nothing(shop: DockerTarget) -> None:
    before = shop.sh("cat /etc/docker/daemon.json")
    done = shop.apply(shop.desired(stack(), daemon_options={"no-such-option": 1}))
    assert (done.code, "nothing was changed" in done.stdout) == (22, True), done
    assert shop.sh("cat /etc/docker/daemon.json") == before
    assert shop.page() == "one"


def test_a_stack_that_is_dropped_goes_and_its_volumes_stay(shop: DockerTarget) -> None:
    shop.sh("docker volume create --label com.docker.compose.project=shop shop_data")
    without = shop.desired()
    assert shop.apply(without).code == 0
    assert shop.found(without) == set()
    assert shop.ids() == {}
    assert "shop_data" in shop.sh("docker volume ls -q")
    assert "shop_default" not in shop.sh("docker network ls")


@pytest.mark.usefixtures("_only_when_exhaustive")
def test_the_registry_keeps_images_on_loopback(target: DockerTarget) -> None:
    assert target.apply(target.desired(registry=Registry())).code == 0
    name = "127.0.0.1:5000/app:1"
    target.sh(f"docker tag local/app:1 {name} && docker push -q {name} && docker rmi {name}")
    target.sh(f"docker pull -q {name}")
    assert "127.0.0.1:5000" in target.sh("ss -Hltn 'sport = :5000'")


def from_the_registry(tag: str) -> Stack:
    """A stack whose image is in the host's own registry, and waited for no longer than a moment."""
    (web, *_) = COMPOSE.split("  worker:")
    compose = web.format(web="1", text="pushed", check="true").replace(
        "local/app:1", f"127.0.0.1:5000/app:{tag}"
    )
    return Stack(name="own", compose=compose, wait_seconds=5, cpu_limits=False)


def test_a_first_start_without_its_image_ends_the_stack_alone(target: DockerTarget) -> None:
    """Without engine and registry nothing could be pushed; a stack that ran before is taken back whole."""
    first = target.desired(from_the_registry("first"), registry=Registry())
    done = target.apply(first)
    assert (done.code, "docker push 127.0.0.1:5000/app:first" in done.stdout) == (26, True), done
    assert target.found(first) == {
        ("step.pending", "first containers of stack own"),
        ("runtime_state.value", "stack own: web"),
    }
    name = "localhost:5000/app:first"
    target.sh(f"docker tag local/app:1 {name} && docker push -q {name} && docker rmi {name}")
    done = target.apply(first)
    assert done.code == 0, done
    assert (target.found(first), target.page()) == (set(), "pushed")
    done = target.apply(target.desired(from_the_registry("second"), registry=Registry()))
    assert (done.code, "the old state of docker is restored" in done.stdout) == (23, True), done
    assert (target.found(first), target.page()) == (set(), "pushed")
