"""What TCP_NODELAY is worth: the same commands on a socket that waits, and on one that does not."""

from __future__ import annotations

import socket
import tempfile
import time
from pathlib import Path
from typing import Any

import paramiko

from rigwright.dev.bench import clock
from rigwright.dev.bench.ground import Ground, at
from rigwright.dev.bench.result import Row, Section
from rigwright.lab import LabHost
from rigwright.remote.transport import nodelay_transport

SCENARIO = "defaults"
COMMANDS = 20
# As much as the toolkit's own commands read: a query of a subsystem.
STDIN = "x" * 4000
WORDS = {True: "with TCP_NODELAY", False: "without"}

# Every host as it is, but without what ssh_host() adds to its socket.
WITHOUT = """\
from inventories.lab import lab as _hosts

lab = [
    (name, {key: value for key, value in data.items() if key != "ssh_paramiko_connect_kwargs"})
    for name, data in _hosts
]
"""

HOW = """
One command: the mean of 20 in a row on one connection, each with 4,000 bytes, as the toolkit runs its own.
The whole site: plain `pyinfra … -y` on a host in sync, with the inventory's `ssh_paramiko_connect_kwargs` and
without them.
Without TCP_NODELAY a small packet waits until the one before it is acknowledged, which the other side delays.
"""


def nodelay(ground: Ground) -> Section:
    """One command and a whole run, with and without, by turns."""
    host = ground.in_sync(SCENARIO)
    rows: list[Row] = []
    with tempfile.TemporaryDirectory() as folder:
        inventory = Path(folder, "lab.py")
        inventory.write_text(WITHOUT)
        inventories = {True: clock.INVENTORY, False: str(inventory)}
        for ms in ground.latencies:
            single: dict[bool, list[float]] = {True: [], False: []}
            whole: dict[bool, list[float]] = {True: [], False: []}
            with at(host, ms):
                for _ in range(ground.runs):
                    for quick, path in inventories.items():
                        single[quick].append(milliseconds_per_command(host, quick=quick))
                        whole[quick].append(clock.seconds(clock.pyinfra(host.name, "-y", inventory=path)))
            rows += [
                Row(f"one command, {ms} ms, {WORDS[q]}", "ms", tuple(runs)) for q, runs in single.items()
            ]
            rows += [Row(f"whole site, {ms} ms, {WORDS[q]}", "s", tuple(runs)) for q, runs in whole.items()]
    return Section("TCP_NODELAY", HOW, tuple(rows))


def _plain_transport(sock: socket.socket, **options: Any) -> paramiko.Transport:
    return paramiko.Transport(sock, **options)


def milliseconds_per_command(host: LabHost, *, quick: bool) -> float:
    """Mean time of a command that does nothing, on a connection that stands."""
    with paramiko.SSHClient() as client:
        client.load_host_keys(host.known_hosts)
        client.connect(
            host.address,
            port=host.port,
            username=host.user,
            key_filename=host.key,
            allow_agent=False,
            look_for_keys=False,
            transport_factory=nodelay_transport if quick else _plain_transport,  # type: ignore[arg-type]
        )
        _one_command(client)
        started = time.perf_counter()
        for _ in range(COMMANDS):
            _one_command(client)
        return (time.perf_counter() - started) * 1000 / COMMANDS


def _one_command(client: paramiko.SSHClient) -> None:
    sender, receiver, _ = client.exec_command("cat >/dev/null")
    sender.write(STDIN)
    sender.channel.shutdown_write()
    receiver.read()
    receiver.channel.recv_exit_status()
