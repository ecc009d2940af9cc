"""Inventories: Python files that pyinfra reads too. Every public list in one is a group."""

from __future__ import annotations

import os
import runpy
import traceback
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from pydantic import ValidationError

from rigwright.desired import Desired
from rigwright.errors import RigError
from rigwright.inventory.groups import entries
from rigwright.inventory.linked import is_function
from rigwright.inventory.select import select
from rigwright.remote.next_steps import KNOWN_HOSTS
from rigwright.remote.route import resolve
from rigwright.remote.transport import transport_options
from rigwright.settings.base import explain
from rigwright.settings.platform import Platform


@runtime_checkable
class Rig(Protocol):
    """What the toolkit needs of a description of a host."""

    @property
    def platform(self) -> Platform:
        """The operating system that the inventory names."""

    def desired(self) -> tuple[Desired, ...]:
        """The desired state of each subsystem, in the order in which they are applied."""


@dataclass(frozen=True)
class Host:
    """One host of an inventory: its name, its desired state, how it is reached, and its groups."""

    name: str
    rig: Rig
    data: dict[str, Any]
    groups: tuple[str, ...] = field(default=(), compare=False)


def ssh_host(
    name: str,
    rig: object,
    *,
    address: str,
    user: str | None = None,
    port: int | None = None,
    key: str | Path | None = None,
    known_hosts: str | Path | None = None,
) -> tuple[str, dict[str, Any]]:
    """A host as pyinfra takes it: strict about its host key, quick on the line, root through sudo.

    What is not given is as ``~/.ssh/config`` says for this address, jump hosts and agents included.

    Args:
        name: How people and findings call it.
        rig: What it should be.
        address: Name or address that SSH connects to, or an alias of ssh_config.
        user: Who logs in; may use sudo without a password (``rig bootstrap`` sees to that).
        port: Where sshd listens; 22 where nothing says otherwise.
        key: Private key; the agent and the user's own keys where there is none.
        known_hosts: File with the pinned host key; ``inventories/known_hosts`` where nothing says otherwise.

    Raises:
        RigError: ssh cannot read ssh_config.
    """
    route = resolve(address, user, port, key=key)
    data: dict[str, Any] = {
        "rig": rig.reached_by(route.user) if hasattr(rig, "reached_by") else rig,
        "ssh_hostname": route.address,
        "ssh_port": route.port,
        "ssh_user": route.user,
        "ssh_known_hosts_file": str(known_hosts or route.known_hosts or KNOWN_HOSTS),
        "ssh_strict_host_key_checking": "yes",
        "ssh_config_file": os.devnull,  # it is read already
        "ssh_paramiko_connect_kwargs": transport_options(route),
        "_sudo": True,
    }
    if key:
        data["ssh_key"] = str(key)
    return name, data


def load(path: str | Path) -> tuple[Host, ...]:
    """The hosts of an inventory file, in its order, each once.

    Raises:
        RigError: There is no such file, it fails, or it names no host.
    """
    file = Path(path)
    if not file.is_file():
        raise RigError("there is no such inventory", file=str(path), next_step="ls inventories/")
    try:
        names = runpy.run_path(str(file))
    except RigError as error:
        if error.file is None:
            error.file = str(path)
        raise
    except ValidationError as error:
        raise explain(error, file=_where(error, file)) from None
    except (Exception, SystemExit) as error:  # an inventory that exits with 0 must not pass for success
        raise RigError(f"{type(error).__name__}: {error}", file=_where(error, file)) from error
    hosts = _each_once(_hosts(names, str(path)), str(path))
    if not hosts:
        raise RigError("it names no host", file=str(path), next_step="rig lab up, or add a host to it")
    return hosts


def _each_once(hosts: Iterable[Host], path: str) -> tuple[Host, ...]:
    """A host may be in several groups. Two hosts of one name may not: one would never be queried."""
    found: dict[str, Host] = {}
    for host in hosts:
        known = found.get(host.name, host)
        found[host.name] = replace(known, groups=(*known.groups, *host.groups))
        if known != host:
            raise RigError(
                f"two different hosts are named {host.name}",
                file=path,
                next_step="give each a name of its own; in a second group use the same ssh_host(…)",
            )
    return tuple(found.values())


def _where(error: BaseException, file: Path) -> str:
    """The line that was running, of the inventory or of what ``inventories/`` keeps beside it."""
    own = file.resolve()
    shared = own.parent if own.parent.name == "inventories" else own
    frames = [(Path(one.filename).resolve(), one.lineno) for one in traceback.extract_tb(error.__traceback__)]
    inside = [(path, line) for path, line in frames if path.is_relative_to(shared)]
    if not inside:
        return str(file)
    path, line = inside[-1]
    return f"{file.parent / path.relative_to(own.parent)}:{line}"


def _hosts(names: dict[str, Any], path: str) -> Iterable[Host]:
    for group, value in names.items():
        for entry in entries(group, value, path):
            yield _host(entry, group, path)


def _host(entry: tuple[str, dict[str, Any]], group: str, path: str) -> Host:
    match entry:
        case (name, {"rig": Rig() as rig, **data}):
            return Host(name, rig, {str(key): value for key, value in data.items()}, (group, Path(path).stem))
    raise RigError(
        f"the rig of {entry[0]} is none",
        file=path,
        setting=group,
        next_step="put its group into linked(…), because it is a function of other hosts"
        if is_function(entry[1]["rig"])
        else "make each host with ssh_host(…), and its rig with Rig(…)",
    )


def limit(hosts: Sequence[Host], patterns: Sequence[str]) -> tuple[Host, ...]:
    """The hosts that ``--limit`` chooses, in the inventory's order; all of them where there is no pattern.

    Raises:
        RigError: A pattern matches no host.
    """
    names = {*select(patterns, {host.name: host.groups for host in hosts})}
    return tuple(host for host in hosts if host.name in names)


def only(hosts: Sequence[Host], pattern: str, next_step: str = "name one of them") -> Host:
    """The single host that a pattern chooses.

    Raises:
        RigError: It matches no host, or several.
    """
    found = limit(hosts, (pattern,))
    if len(found) > 1:
        raise RigError(
            f"{pattern} is {len(found)} hosts: {', '.join(host.name for host in found)}",
            next_step=next_step,
        )
    return found[0]


def group(hosts: Iterable[tuple[str, dict[str, Any]]], *, otherwise: str) -> list[tuple[str, dict[str, Any]]]:
    """The hosts, as a list that pyinfra takes for a group; plain pyinfra would call no host a success.

    Args:
        hosts: What :func:`ssh_host` made.
        otherwise: What to do about an empty group.

    Raises:
        RigError: There are none.
    """
    found = list(hosts)
    if not found:
        raise RigError("it names no host", next_step=otherwise)
    return found
