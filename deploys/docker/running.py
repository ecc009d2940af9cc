"""Checks, runtime states, probes and drains: what the engine and its containers report around a change."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator

from deploys.docker.settings import DockerSettings, Stack
from rigwright.desired import Check, Drain, Probe, RuntimeState
from rigwright.desired.program import shell

TOOLS = "/usr/local/lib/rigwright/docker"
STACKS = "/etc/rigwright/stacks"
STOP_SECONDS = 120
RUNS = "systemctl is-active -q docker.service && curl -fsS --max-time 5 --unix-socket /run/docker.sock http://docker/_ping"
"""The unit is queried first: a request to the socket alone would start it."""


def stack_unit(stack: Stack) -> str:
    """The unit that brings a stack to its files."""
    return f"rigwright-stack@{stack.name}.service"


def checks(settings: DockerSettings) -> Iterator[Check]:
    """What must accept the new files: the engine its own, and compose each stack."""
    yield Check("dockerd --validate", shell("docker/programs/validate.sh"))
    for stack in settings.stacks:
        yield Check(
            f"docker compose config of {stack.name}",
            f"cd {STACKS}/{stack.name} && docker compose -p {stack.name} -f compose.yaml config -q",
        )


def runtime_states(settings: DockerSettings, *, reports_privileges: bool) -> Iterator[RuntimeState]:
    """What the running engine and each container report of themselves, and what corrects that."""
    privileges = ("no_new_privileges", json.dumps(settings.no_new_privileges))
    yield RuntimeState(
        "docker engine",
        f"{TOOLS}/stack engine",
        (
            ("live_restore", json.dumps(settings.live_restore)),
            ("log_driver", settings.log_driver),
            *((privileges,) if reports_privileges else ()),
        ),
        remediation="systemctl restart docker.service",
        satisfied_by_restart_of="docker.service",
    )
    names = sorted(stack.name for stack in settings.stacks)
    yield RuntimeState(
        "docker stacks",
        f"{TOOLS}/stack list",
        tuple((name, "brought up") for name in names),
        exact=True,
        remediation=shlex.join((f"{TOOLS}/stack", "keep", *names)),
    )
    for stack in settings.stacks:
        yield RuntimeState(
            f"stack {stack.name}",
            f"{TOOLS}/stack status {stack.name}",
            tuple((service, "running") for service in stack.services),
            exact=True,
            remediation=f"systemctl reload-or-restart {stack_unit(stack)}",
        )


def probes(settings: DockerSettings) -> Iterator[Probe]:
    """What must respond after a change."""
    yield Probe("docker", RUNS, timeout_seconds=30)
    if settings.registry:
        url = f"http://127.0.0.1:{settings.registry.port}/v2/"
        yield Probe("the registry", f"curl -fsS --max-time 5 {url}", timeout_seconds=30)


def drains(settings: DockerSettings) -> Iterator[Drain]:
    """Containers of stacks stop in the order of their dependencies, each within its ``stop_grace_period``.

    Live restore leaves them to the end of the shutdown. Containers of no declared stack are left to it:
    one with ``restart: unless-stopped`` that is stopped here would stay away after the boot.
    """
    for stack in settings.stacks:
        command = f"docker compose -p {stack.name} stop"
        what = f"stack {stack.name}: stop its containers"
        yield Drain(stack_unit(stack), what, command, "application", STOP_SECONDS)
