"""Many hosts are queried at a time, within a bound, and one that is slow or dead hides no other."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from deploys.rig import Machine, Rig
from rigwright.errors import RigError
from rigwright.inventory.fan_out import AT_ONCE, query_hosts
from rigwright.inventory.load import Host
from rigwright.remote.ssh import Connection

RIG = Rig(machine=Machine(os="debian13"))
HOLD_SECONDS = 0.3
"""For how long a simulated host keeps a client waiting before it hangs up."""


class Slow:
    """An address at which every host takes its time, and which counts the clients that wait."""

    def __init__(self) -> None:
        self.most = 0
        self.waiting = 0
        self._lock = threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=512)
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._hold, args=(client,), daemon=True).start()

    def _hold(self, client: socket.socket) -> None:
        with client:
            with self._lock:
                self.waiting += 1
                self.most = max(self.most, self.waiting)
            time.sleep(HOLD_SECONDS)
            with self._lock:
                self.waiting -= 1

    def close(self) -> None:
        """No further client is accepted."""
        self._listener.close()


@pytest.fixture
def slow() -> Iterator[Slow]:
    made = Slow()
    yield made
    made.close()


def hosts(number: int, **data: Any) -> list[Host]:
    reached = {"ssh_hostname": "127.0.0.1", "ssh_user": "operator", "ssh_known_hosts_file": "/dev/null"}
    return [Host(f"h{n}", RIG, {**reached, **data}) for n in range(number)]


def refused(host: Host, error: RigError) -> str:
    return f"{host.name} of {error.host}"


def never(host: Host, connection: Connection) -> str:
    raise AssertionError(f"{host.name} {connection}")


@pytest.mark.parametrize("at_once", [10, AT_ONCE])
def test_so_many_hosts_are_queried_at_once_and_each_has_its_own_result(slow: Slow, at_once: int) -> None:
    found = query_hosts(hosts(2 * AT_ONCE, ssh_port=slow.port), never, refused, at_once)
    assert found == [f"h{n} of h{n}" for n in range(2 * AT_ONCE)]
    assert at_once / 2 < slow.most <= at_once


def test_a_dead_host_among_many_hides_no_other(slow: Slow) -> None:
    dead = hosts(1, ssh_port=1)[0]
    some = [dead, *hosts(5, ssh_port=slow.port)[1:]]
    found = query_hosts(some, never, lambda host, error: f"{host.name}: {'refused' in str(error)}")
    assert found == ["h0: True", *(f"h{n}: False" for n in range(1, 5))]
