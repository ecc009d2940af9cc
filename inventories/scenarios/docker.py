"""Docker with every setting changed, but for Docker's own repository, which no lab reaches."""

from __future__ import annotations

from deploys.docker.settings import AddressPool, DockerSettings, Registry, Stack
from deploys.docker.versions import PACKAGED
from rigwright.secrets.value import Secret
from rigwright.settings.platform import Os

COMPOSE = """\
services:
  web:
    image: registry.rig.test/web:1
    restart: unless-stopped
    healthcheck: {test: [CMD, "true"]}
    mem_limit: 64m
    ports: ["18080:8080"]
    env_file: [secrets.env]
    # The lab has no registry to take the image from, so no container is made of it.
    deploy: {replicas: 0}
"""


def everything(os: Os) -> DockerSettings:
    """An engine with a registry, and with a stack where compose 2 is packaged."""
    stack = Stack(
        name="shop",
        compose=COMPOSE,
        secrets={"TOKEN": Secret("shop_token", "not a secret: a value of the lab")},
        pull="never",
        wait_seconds=60,
        published_to_all=True,
        cpu_limits=False,
    )
    return DockerSettings(
        log_driver="local",
        log_max_size=5 * 2**20,
        log_max_files=5,
        live_restore=False,
        userland_proxy=True,
        no_new_privileges=False,
        cdi=PACKAGED[os].has_cdi,
        inter_container=True,
        address_pools=[AddressPool(base="10.99.0.0/16", prefix_length=26)],
        registry_mirrors=["http://127.0.0.1:5001"],
        metrics_port=9324,
        open_files=4096,
        build_cache=10**9,
        daemon_options={"shutdown-timeout": 20},
        prune_after_days=3,
        registry=Registry(port=5001),
        stacks=[stack] if PACKAGED[os].compose else [],
    )
