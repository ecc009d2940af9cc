"""A Docker with containers of its own is taken over: they run on, and what they hold stays in sight."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from rigwright import lab
from tests.support.in_use import InUse

IMPORTS = """\
from deploys.docker.settings import DockerSettings
from deploys.firewall.settings import Access, FirewallSettings
from deploys.ssh.settings import SshSettings
"""
SETUP = """\
apt-get -qq install -y --no-install-recommends docker.io docker-cli busybox-static iptables curl >&2
mkdir -p /etc/docker /srv/x/bin
cp /usr/bin/busybox /srv/x/bin/
echo '{"data-root": "/srv/docker"}' >/etc/docker/daemon.json
systemctl restart docker
tar -C /srv/x -c . | docker import - legacy:1 >&2
docker volume create data >&2
docker run -d --name legacy -v data:/d -p 8080:80 legacy:1 \\
    /bin/busybox sh -c 'echo kept >/d/index.html; exec busybox httpd -f -p 80 -h /d'
"""
DEFAULTS = "docker=DockerSettings()"
ROOT = 'docker=DockerSettings(data_root="/srv/docker")'
WITH_FIREWALL = f"{ROOT}, firewall=FirewallSettings(access=[]), ssh=SshSettings()"
ACCEPTED = ", ".join(
    f'AcceptedFinding(where="tcp {address}:8080", reason="the old shop")' for address in ("0.0.0.0", "[::]")
)
ACCEPTED += ', AcceptedFinding(where="container legacy", reason="the old shop")'
AS_IT_IS = f'Rig(machine=Machine(os="debian13", accepted=[{ACCEPTED}]), {ROOT})'


@pytest.fixture(scope="module")
def legacy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[InUse]:
    """A container that no restart policy starts again, with a volume, in another data root."""
    one = InUse.up("t-take-docker13", tmp_path_factory.mktemp("docker"), IMPORTS, SETUP)
    one.start_client(f'test "$(curl -fsS --max-time 2 http://{one.address}:8080/)" = kept')
    yield one
    lab.down("t-take-docker13")


def test_another_data_root_is_refused_even_with_adopt(legacy: InUse) -> None:
    plan = legacy.rig("plan", DEFAULTS)
    assert plan.returncode == 2
    assert "containers, volumes and images are in /srv/docker" in plan.stdout
    refused = legacy.rig("apply", DEFAULTS, "--adopt")
    assert refused.returncode == 1
    assert 'set docker.data_root="/srv/docker"' in refused.stdout
    assert legacy.failed() == 0


def test_containers_and_ports_are_named_and_need_adopt(legacy: InUse) -> None:
    plan = legacy.rig("plan", WITH_FIREWALL).stdout
    assert "container legacy (legacy:1, 0.0.0.0:8080/tcp, :::8080/tcp) is of no stack" in plan
    assert "docker-proxy listens on tcp 8080" in plan
    assert "which is closed to other hosts: firewall.access=[Access(port=8080)] opens it" in plan
    refused = legacy.rig("apply", ROOT)
    assert (refused.returncode, "this is in use" in refused.stdout) == (1, True)
    assert legacy.failed() == 0


def test_without_live_restore_the_plan_says_that_it_stops(legacy: InUse) -> None:
    plan = legacy.rig("plan", 'docker=DockerSettings(data_root="/srv/docker", live_restore=False)').stdout
    assert "is stopped, and stays so (restart policy no)" in plan


def test_it_is_adopted_and_the_container_runs_on(legacy: InUse) -> None:
    before = legacy.target.sh("docker inspect -f '{{.Id}} {{.State.StartedAt}}' legacy")
    done = legacy.rig("apply", AS_IT_IS, "--adopt")
    assert done.returncode == 0, done.stdout
    assert legacy.target.sh("docker inspect -f '{{.Id}} {{.State.StartedAt}}' legacy") == before
    assert legacy.outages() <= 2, "as the engine stops and as it starts, which the plan announced"
    legacy.failed()
    assert "data" in legacy.target.sh("docker volume ls -q").split()
    again = legacy.rig("apply", AS_IT_IS)
    assert (again.returncode, "was in sync" in again.stdout) == (0, True), again.stdout
    drift = legacy.rig("drift", AS_IT_IS)
    assert drift.returncode == 0, drift.stdout
