"""Options of the socket on which everything travels, as the kernel has them."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from rigwright.errors import RigError
from rigwright.remote.ssh import Connection
from rigwright.remote.transport import nodelay_transport
from tests.support.command import ROOT


def test_small_packets_leave_at_once_and_a_dead_line_is_noticed() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        client = socket.create_connection(server.getsockname())
        assert client.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) == 0
        transport = nodelay_transport(client)
        try:
            assert transport.sock is client
            assert client.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) == 1
            assert client.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE) == 1
            assert client.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE) == 10
            assert client.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == 30_000
        finally:
            transport.close()


def _options(peer: object) -> list[int]:
    """TCP_NODELAY of every socket of this process that is connected to there."""
    found = []
    for file in Path("/proc/self/fd").iterdir():
        with contextlib.suppress(OSError), socket.socket(fileno=os.dup(int(file.name))) as own:
            if own.getpeername() == peer:
                found.append(own.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
    return found


def test_every_connection_has_these_options(tmp_path: Path) -> None:
    """The host sends nothing until the options are seen, and hangs up then."""
    seen: list[int] = []
    known = tmp_path / "known_hosts"
    known.write_text("")
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = server.getsockname()

        def listen() -> None:
            taken, _ = server.accept()
            end = time.monotonic() + 5
            while _options(address) != [1] and time.monotonic() < end:
                time.sleep(0.05)
            seen.extend(_options(address))
            taken.close()

        host = threading.Thread(target=listen)
        host.start()
        data = {"ssh_hostname": "127.0.0.1", "ssh_port": address[1], "ssh_user": "nobody"}
        with pytest.raises(RigError, match="toy"):
            Connection("toy", {**data, "ssh_known_hosts_file": str(known)})
        host.join()
    assert seen == [1]


def test_a_server_that_hangs_up_at_once_is_a_sentence_and_no_traceback(tmp_path: Path) -> None:
    (tmp_path / "known_hosts").touch()
    program = (
        "import sys; from rigwright.remote.ssh import Connection\n"
        "data = {'ssh_hostname': '127.0.0.1', 'ssh_port': sys.argv[1], 'ssh_user': 'me', "
        "'ssh_known_hosts_file': sys.argv[2]}\n"
        "try: Connection('toy', data)\n"
        "except Exception as error: print(error)"
    )
    with socket.create_server(("127.0.0.1", 0)) as server:

        def hang_up() -> None:
            server.accept()[0].close()

        hangs_up = threading.Thread(target=hang_up)
        hangs_up.start()
        done = subprocess.run(
            [sys.executable, "-c", program, str(server.getsockname()[1]), str(tmp_path / "known_hosts")],
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        hangs_up.join()
    assert done.stdout.startswith("toy: ")
    assert done.stderr == ""
