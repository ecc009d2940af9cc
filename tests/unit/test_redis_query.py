"""The program that queries the server on its host, against one that replies from a table."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import BinaryIO

import pytest

from rigwright.repository import ROOT

READY = "# Persistence\r\nloading:0\r\n"
LOADING = "# Persistence\r\nloading:1\r\n"


def bulk(text: str) -> str:
    return f"${len(text)}\r\n{text}\r\n"


def array(*texts: str) -> str:
    return f"*{len(texts)}\r\n{''.join(map(bulk, texts))}"


RESPONSES = {
    "AUTH rigwright secret": "+OK\r\n",
    "PING": "+PONG\r\n",
    "INFO persistence": bulk(READY),
    "CONFIG GET maxmemory": array("maxmemory", "1024"),
    "CONFIG GET gone": "*0\r\n",
}


def words(reader: BinaryIO) -> list[str]:
    """One command as the client sent it."""
    head = reader.readline()
    if not head:
        return []
    found = []
    for _ in range(int(head[1:])):
        reader.readline()
        found.append(reader.readline().strip().decode())
    return found


def serve(listener: socket.socket, responses: Mapping[str, str]) -> None:
    try:
        connection, _ = listener.accept()
    except OSError:  # closed without a client
        return
    with connection, connection.makefile("rb") as reader:
        while command := words(reader):
            connection.sendall(responses.get(" ".join(command), "-ERR unknown\r\n").encode())


def query(folder: Path, responses: Mapping[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    """The program with its files in a folder, against a server with these responses."""
    (folder / "administrator.json").write_text(json.dumps({"user": "rigwright", "password": "secret"}))
    place = folder / "s"
    (folder / "server.env").write_text(
        f"package=redis-server\nfolder={folder}\nsocket={place}\ndata={folder}\n"
    )
    shutil.copy(ROOT / "deploys/redis/programs/query.py", folder / "ask")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(place))
        listener.listen()
        threading.Thread(target=serve, args=(listener, responses), daemon=True).start()
        return subprocess.run(
            [sys.executable, "-I", folder / "ask", *arguments], capture_output=True, text=True, check=False
        )


def test_settings_that_the_server_has_are_printed(tmp_path: Path) -> None:
    done = query(tmp_path, RESPONSES, "settings", "maxmemory", "gone")
    assert json.loads(done.stdout) == {"maxmemory": "1024"}


@pytest.mark.parametrize(("persistence", "code"), [(READY, 0), (LOADING, 1)])
def test_a_ping_succeeds_when_the_data_is_loaded(tmp_path: Path, persistence: str, code: int) -> None:
    done = query(tmp_path, {**RESPONSES, "INFO persistence": bulk(persistence)}, "ping")
    assert done.returncode == code


def test_a_refused_login_shows_the_servers_reason_and_no_password(tmp_path: Path) -> None:
    done = query(tmp_path, {"AUTH rigwright secret": "-WRONGPASS invalid\r\n"}, "ping")
    assert (done.returncode, done.stderr) == (1, "redis-server: WRONGPASS invalid\n")


def test_an_unknown_verb_prints_the_usage(tmp_path: Path) -> None:
    done = query(tmp_path, {}, "unknown")
    assert done.returncode == 1
    assert "ask settings NAME..." in done.stderr
