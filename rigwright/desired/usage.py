"""Who and what uses that which the first apply of a subsystem would take over. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

Effect = Literal["kept", "cut", "hidden"]


@dataclass(frozen=True)
class Use:
    """One thing in use, and what becomes of it.

    Attributes:
        effect: ``kept``: it is no setting's and stays as it is; ``cut``: clients lose something, for a moment
            or for good; ``hidden``: data or a certificate would go out of sight, which ``--adopt`` does not
            allow: the summary then names the setting that expresses it.
        where: What it is, short and stable: ``database shop``.
        summary: One line for people: what is in use, and what becomes of it.
    """

    effect: Effect
    where: str
    summary: str


@dataclass(frozen=True)
class OpenSocket:
    """A socket that listens.

    Attributes:
        address: ``0.0.0.0`` or ``::`` for all.
        programs: Names of the processes that hold it.
    """

    protocol: str
    address: str
    port: int
    programs: tuple[str, ...] = ()


@dataclass(frozen=True)
class Peer:
    """An established TCP connection of a client to this host.

    Attributes:
        address: This host's own address of it.
        port: This host's port of it.
        peer: The client's address.
    """

    address: str
    port: int
    peer: str


@dataclass(frozen=True)
class Sockets:
    """The sockets of a host at the moment of the survey."""

    listening: tuple[OpenSocket, ...] = ()
    peers: tuple[Peer, ...] = ()

    def peers_of(self, port: int) -> tuple[str, ...]:
        """The addresses of the clients of a port, each once, sorted."""
        return tuple(sorted({one.peer for one in self.peers if one.port == port}))


Judge = Callable[[Mapping[str, Any], Sockets], Iterable[Use]]


@dataclass(frozen=True)
class Usage:
    """A survey of what is in use before the first apply of a subsystem, and how it is judged.

    A host on which the subsystem was applied is not surveyed for it.

    Attributes:
        name: What is surveyed, as findings show it.
        command: Prints one JSON object on standard output: what is there, without a judgement and without a
            secret. It is read-only, runs through ``sh -c`` as root, and must be quick and work on a host that
            has nothing of the subsystem: then it prints an object that shows so.
        judge: What of that the settings would cut or hide, or leave alone. Pure. What packages bring with
            their installation is not in use. A value with equality, such as a frozen dataclass.
    """

    name: str
    command: str
    judge: Judge
