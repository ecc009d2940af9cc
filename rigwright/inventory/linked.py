"""Values of one host in the settings of another, resolved while the inventory loads.

A host's rig may be a function of the other hosts::

    prod = linked([
        ssh_host("db", Rig(...), address="192.0.2.20", user="ops"),
        ssh_host("web", web, address="192.0.2.10", user="ops"),
    ])

    def web(hosts: Peers) -> Rig:
        return Rig(..., upstream=hosts["db"].address, port=hosts["db"].setting("database.port", int))

Plain pyinfra reads the same list. What is passed on is checked twice: here by the type that is asked for,
and by the setting that takes it.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeGuard, TypeVar

from pydantic import BaseModel

from rigwright.errors import RigError
from rigwright.remote.destination import SSH_PORT

Entry = tuple[str, dict[str, Any]]
T = TypeVar("T")
STEP = re.compile(r"([a-z_][a-z0-9_]*)((?:\[\d+\])*)")


class Peer:
    """Another host, as far as settings may depend on it."""

    def __init__(self, name: str, data: Mapping[str, Any], rig: Callable[[], object]) -> None:
        self.name = name
        self._data = data
        self._rig = rig

    @property
    def address(self) -> str:
        """Name or address that SSH connects to."""
        return str(self._data.get("ssh_hostname") or self.name)

    @property
    def user(self) -> str:
        """Who logs in there; empty where the inventory leaves it to ``ssh_config``."""
        return str(self._data.get("ssh_user") or "")

    @property
    def port(self) -> int:
        """Where its sshd listens."""
        return int(self._data.get("ssh_port") or SSH_PORT)

    def setting(self, path: str, kind: type[T]) -> T:
        """The value of one of its settings.

        Args:
            path: Dotted, with the numbers of list entries: ``database.roles[0].name``.
            kind: Its type: ``str``, ``int``, ``tuple``, ``Secret`` or a class of settings.

        Raises:
            RigError: The host has no such setting, it has none of the subsystem, or it is of another type.
        """
        value: object = self._rig()
        seen: list[str] = []
        for step in path.split("."):
            found = STEP.fullmatch(step)
            if found is None:
                raise self._error(path, f"{step!r} is no part of a setting's path")
            value = self._field(value, found[1], path, seen)
            for number in re.findall(r"\d+", found[2]):
                value = self._entry(value, int(number), path)
            seen.append(step)
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is int):
            raise self._error(path, f"is {type(value).__name__}, and {kind.__name__} was asked for")
        return value

    def _field(self, value: object, name: str, path: str, seen: Sequence[str]) -> object:
        if value is None:
            raise self._error(path, f"the host has no {'.'.join(seen)}")
        known = list(type(value).model_fields) if isinstance(value, BaseModel) else []
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            hint = (
                f"did you mean {near[0]}?" if near else f"there is {', '.join(known) or 'nothing below it'}"
            )
            raise self._error(path, f"there is no such setting as {name}; {hint}")
        return getattr(value, name)

    def _entry(self, value: object, number: int, path: str) -> object:
        if not isinstance(value, (list, tuple)) or number >= len(value):
            raise self._error(path, f"has no entry {number}")
        return value[number]

    def _error(self, path: str, what: str) -> RigError:
        return RigError(
            what, host=self.name, setting=path, next_step=f"rig show INVENTORY {self.name} lists its settings"
        )


class Peers:
    """The other hosts of an inventory, by name."""

    def __init__(self, peers: Mapping[str, Peer], asking: str) -> None:
        self._peers = peers
        self._asking = asking

    def __getitem__(self, name: str) -> Peer:
        """The host of this name.

        Raises:
            RigError: There is none.
        """
        if name not in self._peers:
            near = difflib.get_close_matches(name, self._peers, n=1)
            hint = f"did you mean {near[0]}? " if near else ""
            raise RigError(
                f"its settings name the host {name}, which is not there",
                host=self._asking,
                next_step=f"{hint}use one of: {', '.join(self._peers)}",
            )
        return self._peers[name]


class _Resolver:
    """Rigs by host, each made once, when it is first asked for."""

    def __init__(self, entries: Mapping[str, dict[str, Any]]) -> None:
        self._entries = entries
        self._rigs: dict[str, object] = {}
        self._asking: list[str] = []
        self._peers = {
            name: Peer(name, data, lambda name=name: self.rig(name))  # type: ignore[misc]  # bound early
            for name, data in entries.items()
        }

    def rig(self, name: str) -> object:
        """The rig of a host.

        Raises:
            RigError: It depends on itself.
        """
        if name in self._asking:
            circle = " → ".join([*self._asking[self._asking.index(name) :], name])
            raise RigError(
                f"the settings of these hosts depend on each other in a circle: {circle}",
                host=name,
                next_step="write the value that they share once, in a variable of the inventory",
            )
        if name not in self._rigs:
            self._asking.append(name)
            try:
                made = self._entries[name].get("rig")
                self._rigs[name] = made(Peers(self._peers, name)) if is_function(made) else made
            finally:
                self._asking.pop()
        return self._rigs[name]


def is_function(rig: object) -> TypeGuard[Callable[[Peers], object]]:
    """Whether a host's rig is still to be made from the others."""
    return callable(rig) and not isinstance(rig, (BaseModel, type))


def linked(hosts: Iterable[Entry], others: Iterable[Entry] = ()) -> list[Entry]:
    """A group whose hosts may use each other's values: a rig that is a function becomes its result.

    Args:
        hosts: The group, as :func:`~rigwright.inventory.load.ssh_host` makes its entries.
        others: Hosts of other groups that may be named too.

    Raises:
        RigError: A host or a setting that is named is not there, or hosts depend on each other in a circle.
    """
    group = list(hosts)
    resolver = _Resolver(dict([*others, *group]))
    return [(name, {**data, "rig": resolver.rig(name)}) for name, data in group]
