"""A lab host with Docker and one stack, to which tests apply settings one after the other."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from deploys.docker.settings import DockerSettings, Registry, Stack
from deploys.docker.state import desired
from rigwright import lab
from rigwright.desired import Desired
from rigwright.secrets.value import Secret
from rigwright.settings.platform import Os, Platform
from tests.support.target import Target

COMPOSE = """\
services:
  web:
    image: local/app:{web}
    command: [/bin/sh, -c, "mkdir -p /www && echo {text} >/www/index.html && exec httpd -f -p 8080 -h /www"]
    restart: unless-stopped
    healthcheck: {{test: [CMD, /bin/{check}], interval: 1s, retries: 2}}
    ports: ["127.0.0.1:8080:8080"]
    mem_limit: 64m
    stop_grace_period: 0s
  worker:
    image: local/app:1
    command: [/bin/sleep, infinity]
    restart: unless-stopped
    healthcheck: {{test: [CMD, /bin/true], interval: 1s}}
    mem_limit: 64m
    stop_grace_period: 0s
    env_file: [secrets.env]
  late:
    image: local/app:1
    command: [/bin/sleep, infinity]
    restart: unless-stopped
    healthcheck: {{test: [CMD, /bin/true], interval: 1s}}
    depends_on: {{web: {{condition: service_healthy}}}}
    mem_limit: 64m
    stop_grace_period: 0s
"""


IMAGE = """
rm -rf /tmp/image && mkdir -p /tmp/image/bin && cp /bin/busybox /tmp/image/bin/
for name in sh cat sleep httpd mkdir true false; do ln -s busybox /tmp/image/bin/$name; done
for tag in 1 2; do echo $tag >/tmp/image/tag; tar -C /tmp/image -c . | docker import - local/app:$tag; done
"""


def stack(web: str = "1", text: str = "one", check: str = "true", value: str = "first of its kind") -> Stack:
    """A web service, one that depends on it, and one for itself that reads a secret."""
    return Stack(
        name="shop",
        compose=COMPOSE.format(web=web, text=text, check=check),
        secrets={"TOKEN": Secret("shop_token", value)},
        pull="never",
        wait_seconds=120,
        cpu_limits=False,  # a container of the lab has none to give
    )


class DockerTarget(Target):
    """A lab host whose Docker follows settings."""

    def desired(self, *stacks: Stack, **more: object) -> Desired:
        """What the host should be."""
        return desired(DockerSettings(stacks=stacks, **more), Platform(self.host.os))  # type: ignore[arg-type]

    def ids(self) -> dict[str, str]:
        """The container of each service."""
        form = '{{.Label "com.docker.compose.service"}} {{.ID}}'
        lines = self.sh(f"docker ps -a --format '{form}' --filter label=com.docker.compose.project=shop")
        return dict(line.split() for line in lines.splitlines())

    def found(self, desired: Desired) -> set[tuple[str, str]]:
        """What differs."""
        return {(one.kind, one.where) for one in self.drift(desired)}

    def night(self) -> Any:
        """What the nightly check on the host keeps of a run."""
        self.sh("systemctl start rigwright-drift")
        return json.loads(self.sh("cat /var/lib/rigwright/drift.json"))

    def page(self) -> str:
        """What the web service returns on the host."""
        return self.sh("curl -fsS --max-time 5 http://127.0.0.1:8080/")


@contextmanager
def docker_target(name: str, system: Os) -> Iterator[DockerTarget]:
    """A fresh host with Docker and the images of :func:`stack`, taken away at the end."""
    lab.down(name)
    host = DockerTarget(lab.up(name, system))
    host.sh("apt-get -qq update && apt-get -qq install -y --no-install-recommends busybox-static >/dev/null")
    host.install(host.desired(stack(), registry=Registry()))
    assert host.apply(host.desired()).code == 0
    host.sh(IMAGE)
    yield host
    lab.down(name)
