"""Containers of the reference host."""

from deploys.docker.settings import AddressPool, DockerSettings, Registry, Stack
from rigwright.secrets import SecretSource

# Containers reach PostgreSQL (5432, by TLS), the pooler (6432) and Redis (6379) at the host's address on
# Docker's first bridge. The images are in the host's own registry: apply waits for the first to be pushed.
_TOOLS = """
services:
  frontend:
    image: 127.0.0.1:5000/frontend:1.0.0
    restart: unless-stopped
    healthcheck: {test: [CMD, wget, -qO-, "http://127.0.0.1:3000/health"], interval: 30s, timeout: 10s}
    ports: ["127.0.0.1:3000:3000"]
    extra_hosts: ["data.internal:172.30.0.1"]
    env_file: [secrets.env]
    deploy: {resources: {limits: {cpus: "2", memory: 2G}, reservations: {cpus: "1", memory: 1G}}}
"""
_RENDER = """
services:
  renderer:
    image: 127.0.0.1:5000/renderer:1.0.0
    restart: unless-stopped
    healthcheck: {test: [CMD, nvidia-smi], interval: 30s, timeout: 10s}
    devices: ["nvidia.com/gpu=all"]
    deploy: {resources: {limits: {cpus: "8", memory: 16G}}}
"""


def docker(secrets: SecretSource) -> DockerSettings:
    """With the passwords that containers connect with out of a store."""
    return DockerSettings(
        packages_from="distribution",  # or docker: Docker's own repository
        repository_key=None,  # of Docker's own repository, ASCII-armoured
        data_root="/var/lib/docker",  # where an engine that was there before has its data
        log_driver="json-file",  # or local, which is smaller
        log_max_size=10 * 2**20,  # of a container, then it is rotated
        log_max_files=3,
        live_restore=True,  # containers run on while the engine restarts
        userland_proxy=False,  # True: a process for each published port
        no_new_privileges=True,
        cdi=True,  # with the container toolkit a container is given the GPU as nvidia.com/gpu=all
        inter_container=False,  # True: containers on the default network reach each other
        address_pools=[
            AddressPool(
                base="172.30.0.0/16",  # no network that the host must reach
                prefix_length=24,  # the size of each network
            ),
        ],
        registry_mirrors=[],  # tried before Docker Hub
        metrics_port=9323,  # on loopback; None: no metrics
        open_files=None,  # of a process in a container; None: the engine's own
        build_cache=10 * 10**9,
        daemon_options={},  # more keys of daemon.json
        prune_after_days=14,  # unused images go after so long; None: all stay
        registry=Registry(port=5000),  # on loopback
        stacks=[
            Stack(
                name="tools",
                compose=_TOOLS,  # or a file, as seen from the repository's root
                # Variables in secrets.env, for services with env_file: [secrets.env].
                secrets={
                    "DATABASE_PASSWORD": secrets["postgres_studio"],
                    "REDIS_PASSWORD": secrets["redis_backend"],
                },
                pull="missing",  # or always, or never
                wait_seconds=120,  # until every service is healthy
                published_to_all=False,  # True: ports without an address are let through
                cpu_limits=True,  # False only in the lab's containers
            ),
            Stack(name="render", compose=_RENDER),
        ],
    )
