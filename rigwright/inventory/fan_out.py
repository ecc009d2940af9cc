"""Ask many hosts at once, each over a connection of its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from rigwright.errors import RigError
from rigwright.inventory.load import Host
from rigwright.remote.ssh import Connection

AT_ONCE = 10
T = TypeVar("T")


def ask(
    hosts: Sequence[Host],
    question: Callable[[Host, Connection], T],
    failed: Callable[[Host, RigError], T],
) -> list[T]:
    """One answer for each host, in their order. One that cannot be asked does not hide the others.

    Args:
        hosts: Whom to ask.
        question: What is done over a host's connection.
        failed: What stands for the answer of a host that could not be asked.
    """

    def one(host: Host) -> T:
        try:
            connection = Connection(host.name, host.data)
            try:
                return question(host, connection)
            finally:
                connection.close()
        except RigError as error:
            error.host = error.host or host.name
            return failed(host, error)

    with ThreadPoolExecutor(max_workers=AT_ONCE) as pool:
        return list(pool.map(one, hosts))
