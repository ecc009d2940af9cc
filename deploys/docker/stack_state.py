"""What the stacks of a host should be: their files, units and containers."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence

from deploys.docker.compose import SECRETS_FILE
from deploys.docker.running import TOOLS, json_file
from deploys.docker.stacks import Stack
from rigwright.desired import (
    Activation,
    Check,
    Desired,
    Directory,
    Drain,
    File,
    Protected,
    RuntimeState,
    Step,
    Unit,
    Writer,
)

STACKS = "/etc/rigwright/stacks"
RECORDS = "/var/lib/rigwright/stacks"
STOP_SECONDS = 120
DAY_SECONDS = 86_400
PULL_SECONDS = 7200
"""Images of tens of gigabytes, over a slow line."""


def stacks_part(stacks: Sequence[Stack], data_root: str) -> Desired:
    """Every stack, and the end of those that were dropped."""
    return Desired(
        "docker",
        files=tuple(file for stack in stacks for file in _stack_files(stack)),
        directories=(
            Directory(STACKS, mode=0o700),
            *(Directory(f"{STACKS}/{stack.name}", mode=0o700, owned=True) for stack in stacks),
        ),
        units=tuple(Unit(_unit(stack), timeout_seconds=_seconds(stack)) for stack in stacks),
        sockets=tuple(socket for stack in stacks for socket in stack.sockets),
        inner_networks=tuple(subnet for stack in stacks for subnet in stack.subnets),
        activations=tuple(
            Activation(_unit(stack), reload_on=(f"{STACKS}/{stack.name}/",)) for stack in stacks
        ),
        checks=tuple(map(_check, stacks)),
        steps=tuple(map(_first_images, stacks)),
        runtime_states=tuple(_states(stacks)),
        drains=tuple(map(_drain, stacks)),
        memory_bytes=sum(stack.memory_bytes for stack in stacks),
        protects=tuple(_volumes(stacks, data_root)),
        writers=tuple(map(_writer, stacks)),
    )


def _volumes(stacks: Sequence[Stack], data_root: str) -> Iterator[Protected]:
    """Each volume once, also where two stacks share an external one."""
    for name in sorted({name for stack in stacks for name in stack.volumes}):
        yield Protected(f"volume {name}", "volume", (f"{data_root}/volumes/{name}/_data",), DAY_SECONDS)


def _writer(stack: Stack) -> Writer:
    """Any stack may reach the servers of its host; of volumes it has its own."""
    volumes = tuple(f"volume {name}" for name in stack.volumes)
    stop, start = f"docker compose -p {stack.name} stop", f"systemctl restart {_unit(stack)}"
    return Writer(_unit(stack), stop, start, kinds=("database", "key_value"), data=volumes)


def _stack_files(stack: Stack) -> Iterator[File]:
    folder = f"{STACKS}/{stack.name}"
    yield File(f"{folder}/compose.yaml", stack.compose.encode())
    yield File(f"{folder}/options.json", json_file({"pull": stack.pull, "wait_seconds": stack.wait_seconds}))
    lines = (f"{name}='{secret.reveal()}'\n" for name, secret in sorted(stack.secrets.items()))
    yield File(f"{folder}/{SECRETS_FILE}", "".join(lines).encode(), mode=0o600, secret=True)


def _unit(stack: Stack) -> str:
    """The unit that brings a stack to its files."""
    return f"rigwright-stack@{stack.name}.service"


def _seconds(stack: Stack) -> int:
    """The longest that it may take until its containers are healthy."""
    return PULL_SECONDS + stack.wait_seconds


def _states(stacks: Sequence[Stack]) -> Iterator[RuntimeState]:
    """The stacks that were brought up, and what each container of theirs is."""
    names = sorted(stack.name for stack in stacks)
    yield RuntimeState(
        "docker stacks",
        f"{TOOLS}/stack list",
        tuple((name, "brought up") for name in names),
        exact=True,
        remediation=shlex.join((f"{TOOLS}/stack", "keep", *names)),
    )
    for stack in stacks:
        yield RuntimeState(
            f"stack {stack.name}",
            f"{TOOLS}/stack status {stack.name}",
            tuple((service, "running") for service in stack.services),
            exact=True,
            remediation=f"systemctl reload-or-restart {_unit(stack)}",
            timeout_seconds=_seconds(stack),
        )


def _first_images(stack: Stack) -> Step:
    """The images of a stack that never ran: while they cannot be had, the engine and the registry stay."""
    return Step(
        f"first containers of stack {stack.name}",
        f"""! grep -qs '"files": "' {RECORDS}/{stack.name}.json""",
        f"{TOOLS}/stack wait {stack.name}",
        when="after_probe",
        timeout_seconds=_seconds(stack),
    )


def _check(stack: Stack) -> Check:
    """Compose must accept the stack's files."""
    return Check(
        f"docker compose config of {stack.name}",
        f"cd {STACKS}/{stack.name} && docker compose -p {stack.name} -f compose.yaml config -q",
    )


def _drain(stack: Stack) -> Drain:
    """Containers of a stack stop in the order of their dependencies, each within its ``stop_grace_period``.

    Live restore leaves them to the end of the shutdown. Containers of no declared stack are left to it:
    one with ``restart: unless-stopped`` that is stopped here would stay away after the boot.
    """
    what = f"stack {stack.name}: stop its containers"
    command = f"docker compose -p {stack.name} stop"
    return Drain(_unit(stack), what, command, "application", STOP_SECONDS)
