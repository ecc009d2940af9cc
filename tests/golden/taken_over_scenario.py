"""A host that was set up by hand, described as it is: data, clusters and names are where they were."""

from __future__ import annotations

from deploys.docker.settings import DockerSettings
from deploys.nginx.settings import Acme, FixedResponse, Lineage, NginxSettings, Site
from deploys.postgres.settings import Archiving, Cluster, PostgresSettings
from deploys.redis.settings import RedisSettings
from deploys.rig import Machine, Rig
from rigwright.secrets.value import Secret
from rigwright.settings.platform import Os


def taken_over(os: Os) -> Rig:
    """A host whose servers were there before."""
    return Rig(
        machine=Machine(os=os),
        docker=DockerSettings(data_root="/srv/docker"),
        postgres=PostgresSettings(
            listen_addresses=["127.0.0.1", "172.30.0.1"],
            cluster=Cluster(
                name="shop", data_directory="/srv/postgresql/shop", checksums=False, encoding="LATIN1"
            ),
            preload_libraries=["timescaledb"],
            archiving=Archiving(program="/usr/local/bin/archive", timeout_seconds=120),
        ),
        nginx=NginxSettings(
            sites=[
                _site("shop", Lineage(name="shop.rig.test", webroot="/var/www/html")),
                _site("wiki", Lineage(name="wiki.rig.test-0001")),
                _site("blog", Acme(email="operator@example.org")),
            ]
        ),
        redis=RedisSettings(
            administrator_password=Secret("redis_administrator", "not-shown-anywhere-7Qw2xY"),
            directory="/srv/redis",
            dump_file="shop.rdb",
            append_file="shop.aof",
        ),
    )


def _site(name: str, certificate: Acme | Lineage) -> Site:
    """A site with one route."""
    route = FixedResponse(path="/", body=name)
    return Site(name=name, domains=[f"{name}.rig.test"], certificate=certificate, routes=[route])
