"""Rig: the description of one host. The machine first, then one field for each subsystem, in deploy order."""

from __future__ import annotations

import dataclasses
import importlib
from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property
from typing import Any, cast, get_args

from pydantic import PrivateAttr, model_validator
from typing_extensions import Self

from deploys import app_links, cross_checks, dependencies
from deploys.apps.settings import AppsSettings
from deploys.backup.settings import BackupSettings
from deploys.base.settings import BaseSettings
from deploys.docker.settings import DockerSettings
from deploys.firewall.settings import FirewallSettings
from deploys.health.settings import HealthSettings
from deploys.machine import AcceptedFinding, Disk, Machine
from deploys.nginx.settings import NginxSettings
from deploys.nvidia.settings import NvidiaSettings
from deploys.postgres.settings import PostgresSettings
from deploys.prometheus.settings import PrometheusSettings
from deploys.redis.settings import RedisSettings
from deploys.ssh.settings import SshSettings
from deploys.zfs.settings import ZfsSettings
from rigwright.desired import Desired, Login
from rigwright.desired import package_sources as sources
from rigwright.lab.scaled import Scaled
from rigwright.remote import toolkit
from rigwright.settings.base import Settings
from rigwright.settings.platform import Platform

__all__ = [
    "AcceptedFinding",
    "Disk",
    "Machine",
    "Rig",
    "is_aggregator",
    "rank",
    "settings_class",
    "state",
    "subsystems",
]


class Rig(Settings):
    """All that one host should be. Of a subsystem that is None, apply removes what it once wrote."""

    machine: Machine
    """The hardware and the operating system."""

    base: BaseSettings | None = None
    """Users, sudo, names, time, kernel settings, logs and updates."""

    ssh: SshSettings | None = None
    """Who may log in, how, and where sshd listens."""

    firewall: FirewallSettings | None = None
    """Who may reach which port; a port that no setting names is closed."""

    zfs: ZfsSettings | None = None
    """Pools, datasets, snapshots and their copies; None: other file systems, and all else works as well."""

    nvidia: NvidiaSettings | None = None
    """The driver of NVIDIA's cards, their limits, and GPUs in containers."""

    docker: DockerSettings | None = None
    """Container engine, compose stacks, a registry, and the removal of old images."""

    postgres: PostgresSettings | None = None
    """Database server: tuning, roles, databases, access, TLS and dumps."""

    redis: RedisSettings | None = None
    """Cache, queues and sessions in memory: Redis or Valkey."""

    apps: AppsSettings | None = None
    """Applications in containers, whose releases go live without a failed request."""

    nginx: NginxSettings | None = None
    """Web server: TLS, sites, limits, caches and headers."""

    health: HealthSettings | None = None
    """The state of the hardware: GPUs, drives, pools, snapshots."""

    backup: BackupSettings | None = None
    """Data that must come back after a loss, and what nothing declares to be that."""

    prometheus: PrometheusSettings | None = None
    """Monitoring: metrics of everything on the host, alerts, and who receives them."""

    _operator: str = PrivateAttr("")
    _scaled: Scaled | None = PrivateAttr(None)

    def reached_by(self, user: str) -> Self:
        """The same, on a host that Rigwright itself logs in to as this account, which is thereby declared."""
        copy = self.model_copy()
        copy._operator = user  # noqa: SLF001  of another instance of this class
        return copy

    def standing_in(self, scaled: Scaled) -> Self:
        """The same, of a lab host in place of the host that it was made from."""
        copy = self.model_copy()
        copy._scaled = scaled  # noqa: SLF001  of another instance of this class
        return copy

    @property
    def scaled(self) -> Scaled | None:
        """How it differs from the host that it stands in for; None where it stands in for none."""
        return self._scaled

    @property
    def platform(self) -> Platform:
        """What everything is rendered for."""
        return Platform(self.machine.os, tuple(self.machine.gpus))

    def to_json(self) -> dict[str, object]:
        """What pyinfra's ``debug-inventory`` shows of it: no values, so no secrets."""
        named = [name for name in subsystems() if getattr(self, name) is not None]
        return {"os": self.machine.os, "subsystems": named}

    @property
    def toolkit(self) -> Desired:
        """The desired state of the toolkit itself."""
        return dataclasses.replace(
            self._toolkit, subsystems=tuple(one.subsystem for one in self._besides_toolkit())
        )

    @property
    def _toolkit(self) -> Desired:
        logins = (Login(self._operator),) if self._operator else ()
        return toolkit.desired(tuple(one.accepted for one in self.machine.accepted), logins=logins)

    def desired(self) -> tuple[Desired, ...]:
        """The desired state of the toolkit and of each subsystem, in the order in which it is applied."""
        return (self.toolkit, *self._besides_toolkit())

    def _besides_toolkit(self) -> tuple[Desired, ...]:
        package_sources = sources.desired(
            source for one in self._by_subsystem.values() for source in one.sources
        )
        first = () if package_sources is None else (package_sources,)
        return (*first, *self._by_subsystem.values())

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """A copy with other values, which computes its desired state anew."""
        copy = super().model_copy(update=update, deep=deep)
        copy.__dict__.pop("_by_subsystem", None)
        return copy

    def of(self, subsystem: str) -> Desired | None:
        """The desired state of one subsystem; None where the host has none of it."""
        return self._by_subsystem.get(subsystem)

    def settings_of(self, subsystem: str) -> Any:
        """What a subsystem is made from: its own settings, with what those of others add; None without it."""
        own = getattr(self, subsystem)
        if own is None:
            return None
        if subsystem == "postgres":
            return cross_checks.archived(own, self.backup)
        if subsystem == "apps":
            return app_links.composed(own, self.docker, self.postgres, self.redis)
        if subsystem == "nginx":
            return app_links.balanced(own, self.apps)
        if subsystem == "health":
            return cross_checks.watched(own, self.zfs)
        return cross_checks.mounted_for_dumps(own, self.postgres) if subsystem == "zfs" else own

    @cached_property
    def _by_subsystem(self) -> Mapping[str, Desired]:
        """By subsystem, in deploy order. Aggregators get the desired state of all of lower ranks."""
        present = [name for name in subsystems() if getattr(self, name) is not None]
        made: dict[str, Desired] = {}
        for level in sorted(set(map(rank, present))):
            others = (self._toolkit, *(made[name] for name in present if name in made))
            for name in (one for one in present if rank(one) == level):
                more = (others,) if level else ()
                made[name] = state(name).desired(self.settings_of(name), self.platform, *more)
        return {name: self._with_requirements(made[name]) for name in present}

    def _with_requirements(self, one: Desired) -> Desired:
        required = dependencies.requires(one, self.zfs, self.nvidia, self.docker, self.backup)
        return replace(one, requires=(*one.requires, *required)) if required else one

    @model_validator(mode="after")
    def _passes_cross_checks(self) -> Self:
        problem = cross_checks.pools_apart(self.health, self.zfs)
        problem = problem or cross_checks.repository_beside_its_source(self.backup, self.postgres, self.zfs)
        problem = problem or cross_checks.files_beside_their_source(self.backup, self.zfs, self.desired())
        problem = problem or cross_checks.data_accepted_for_ever(self.machine.accepted)
        problem = problem or cross_checks.containers_without_gpus(self.nvidia, self.docker)
        problem = problem or cross_checks.kernel_without_modules(
            self.of("nvidia"),
            hold=self.nvidia is None or self.nvidia.hold,
            updates=self.base.updates if self.base else None,
        )
        problem = problem or cross_checks.port_with_two_owners(self.desired())
        problem = problem or cross_checks.limit_below_need(self.base, self._by_subsystem.values())
        if problem := problem or cross_checks.memory_short(self.desired(), self.machine.memory):
            raise ValueError(problem)
        return self


def subsystems() -> tuple[str, ...]:
    """The names of all subsystems, in deploy order."""
    return tuple(name for name in Rig.model_fields if name != "machine")


def settings_class(name: str) -> type[Settings]:
    """The class of a subsystem's settings, as the field of :class:`Rig` names it."""
    classes = (one for one in get_args(Rig.model_fields[name].annotation) if one is not type(None))
    return cast("type[Settings]", next(classes))


def state(name: str):  # type: ignore[no-untyped-def]  # noqa: ANN201  a module has no type of its own
    """The module ``deploys.<name>.state``."""
    return importlib.import_module(f"deploys.{name}.state")


def is_aggregator(name: str) -> bool:
    """Whether a subsystem follows from the desired state of others, as a firewall from their sockets."""
    return rank(name) > 0


def rank(name: str) -> int:
    """0 for what follows from its own settings; an aggregator follows from all subsystems of lower ranks."""
    return int(getattr(state(name), "AGGREGATOR", 0))
