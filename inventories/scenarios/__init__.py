"""Shapes of hosts that the lab and the tests share: every default, and every setting changed."""

from __future__ import annotations

from deploys.base.settings import BaseSettings
from deploys.docker.settings import DockerSettings
from deploys.firewall.settings import FirewallSettings
from deploys.health.settings import HealthSettings
from deploys.nginx.settings import NginxSettings
from deploys.postgres.settings import PostgresSettings
from deploys.prometheus.settings import PrometheusSettings
from deploys.rig import Machine, Rig
from deploys.ssh.settings import SshSettings
from inventories.scenarios import base, docker, firewall, health, nginx, postgres, prometheus, redis, ssh
from rigwright.lab.recipe import OPERATOR
from rigwright.settings.platform import Os


def defaults(os: Os) -> Rig:
    """Every subsystem as it is without a word about it, but for who the lab logs in as."""
    return Rig(
        machine=Machine(os=os),
        base=BaseSettings(operator=OPERATOR),
        ssh=SshSettings(),
        firewall=FirewallSettings(),
        docker=DockerSettings(),
        postgres=PostgresSettings(),
        redis=redis.defaults(os),
        nginx=NginxSettings(),
        health=HealthSettings(),
        prometheus=PrometheusSettings(),
    )


def everything(os: Os) -> Rig:
    """Every subsystem with every setting changed, as far as the platform has it."""
    return Rig(
        machine=Machine(os=os),
        base=base.everything(os),
        ssh=ssh.everything(os),
        firewall=firewall.everything(os),
        docker=docker.everything(os),
        postgres=postgres.everything(os),
        redis=redis.everything(os),
        nginx=nginx.everything(os),
        health=health.everything(os),
        prometheus=prometheus.everything(os),
    )
