"""What timers do for Docker on a real host: images are pruned, and health is exposed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import cast

import pytest

from rigwright.settings.platform import Os
from tests.support.docker_target import IMAGE, DockerTarget, docker_target
from tests.support.waiting import wait_until


@pytest.fixture(scope="module", params=["debian13"])
def target(request: pytest.FixtureRequest) -> Iterator[DockerTarget]:
    with docker_target("d-timers13", cast("Os", request.param)) as host:
        yield host


def test_pruning_keeps_what_a_rollback_needs(target: DockerTarget) -> None:
    """The release before the last was built long ago and runs no longer: by its age alone it would go."""
    prune = "/usr/local/lib/rigwright/docker/prune"
    target.sh("echo 3 >/tmp/image/tag; tar -C /tmp/image -c . | docker import - local/old:1")
    target.sh("docker run -d --name user local/app:2 /bin/sleep 9999")
    target.sh("systemctl start rigwright-docker-prune.service")
    seen = json.loads(target.sh("cat /var/lib/rigwright/docker-images.json"))
    old = target.sh("docker image inspect -f '{{.Id}}' local/old:1")
    assert old in seen

    def days_later(days: int) -> str:
        """A lab host has the machine's clock, so what was written down is made older instead."""
        record = json.dumps({image: at - days * 86400 for image, at in seen.items()})
        target.sh(f"cat >/var/lib/rigwright/docker-images.json <<'END'\n{record}\nEND")
        target.sh(f"sed 's/image.get(\"Metadata\")/None/' {prune} >/tmp/prune; python3 /tmp/prune 3")
        return target.sh("docker image ls --format '{{.Repository}}:{{.Tag}}'")

    assert "local/old:1" in days_later(2)
    left = days_later(4)
    assert "local/old:1" not in left
    assert "local/app:2" in left
    target.sh("docker rm -f user")


TEXTFILES = "/var/lib/prometheus/node-exporter"


STARTS = 'engine_daemon_container_actions_seconds_count{action="start"}'


def starts(target: DockerTarget) -> float:
    """How many containers the engine has started, as it exposes them."""
    lines = target.sh("curl -fsS --max-time 5 http://127.0.0.1:9323/metrics").splitlines()
    return next(float(line.rsplit(" ", 1)[1]) for line in lines if line.startswith(STARTS))


def healthy(target: DockerTarget) -> set[str]:
    """What is exposed of each container that has a health check."""
    target.sh("systemctl start rigwright-docker-metrics")
    return set(target.sh(f"grep -v '^#' {TEXTFILES}/rigwright_docker.prom || :").splitlines())


def test_an_unhealthy_and_a_restarting_container_show_in_the_metrics_of_the_rules(
    target: DockerTarget,
) -> None:
    assert target.apply(target.desired()).code == 0
    target.sh(IMAGE)  # what was pruned before is there again
    target.sh(f"mkdir -p {TEXTFILES}")
    assert healthy(target) == set()
    before = starts(target)
    for name, check in (("sick", "false"), ("sound", "true")):
        checked = f"--health-cmd /bin/{check} --health-interval 1s --health-retries 2"
        target.sh(f"docker run -d --name {name} {checked} local/app:1 /bin/sleep 9999")
    target.sh("docker run -d --name restless --restart always local/app:1 /bin/false")
    output = (
        "docker inspect -f '{{.State.Health.Status}}' sick sound\n"
        "docker inspect -f '{{.RestartCount}}' restless"
    )

    def both() -> bool:
        *states, restarts = target.sh(output).split()
        return states == ["unhealthy", "healthy"] and int(restarts) >= 4

    wait_until(both, seconds=60)
    restarts = int(target.sh(output).split()[-1])
    assert starts(target) - before >= restarts
    assert healthy(target) == {
        'rigwright_docker_container_healthy{name="sick"} 0',
        'rigwright_docker_container_healthy{name="sound"} 1',
    }
    target.sh("docker rm -f sick sound restless")
    assert healthy(target) == set()
