"""Print what a Redis or Valkey of this host holds, and who is connected to it, as one JSON object.

usage show     print it
usage unsaved  exit 0 where a server keeps its keys in memory alone, so that its next stop loses them; else 1
usage save     let that server write a dump as it stops; this alone changes something

A server whose password its configuration does not hold is described by its configuration and its files.
"""

from __future__ import annotations

import json
import os
import socket
import sys
from typing import Any

ENGINES = ("redis", "valkey")
SETTINGS = (
    "port",
    "bind",
    "dir",
    "dbfilename",
    "appendonly",
    "appendfilename",
    "appenddirname",
    "databases",
    "maxmemory",
    "save",
)
DEFAULTS = {
    "port": "6379",
    "bind": "127.0.0.1 -::1",
    "dir": "/",
    "dbfilename": "dump.rdb",
    "appendonly": "no",
    "appendfilename": "appendonly.aof",
    "appenddirname": "appendonlydir",
    "databases": "16",
    "maxmemory": "0",
    "save": "3600 1 300 100 60 10000",
}
LOOPBACK = {"*": "127.0.0.1", "0.0.0.0": "127.0.0.1", "::": "::1", "::*": "::1"}  # noqa: S104  to connect
TIMEOUT_SECONDS = 5
AT_EACH_STOP = "3600 1"
DEEPEST = 8


class RefusedError(Exception):
    """The server returned an error, or closed the connection."""


def lines(path: str, depth: int = 0) -> list[tuple[str, str]]:
    """Names and values of a configuration file, with those that it includes."""
    found: list[tuple[str, str]] = []
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            rows = file.read().splitlines()
    except OSError:
        return []
    for row in rows:
        name, _, value = row.strip().partition(" ")
        if name == "include" and depth < DEEPEST:
            found += lines(value.strip().strip('"'), depth + 1)
        elif name and not name.startswith("#"):
            found.append((name.lower(), value.strip().strip('"').strip("'")))
    return found


def connect(configured: dict[str, str]) -> socket.socket | None:
    """A connection to the server, on its socket or its first address; None where it does not run."""
    first = (configured["bind"].split() or ["127.0.0.1"])[0].lstrip("-")
    address = LOOPBACK.get(first, first)
    try:
        if path := configured.get("unixsocket"):
            one = socket.socket(socket.AF_UNIX)
            one.settimeout(TIMEOUT_SECONDS)
            one.connect(path)
            return one
    except OSError:
        pass
    try:
        return socket.create_connection((address, int(configured["port"])), TIMEOUT_SECONDS)
    except (OSError, ValueError):
        return None


class Server:
    """One connection, logged in where the configuration holds the password."""

    def __init__(self, one: socket.socket, password: str | None) -> None:
        self.socket = one
        self.file = one.makefile("rb")
        if password:
            self.send("AUTH", password)

    def send(self, *words: str) -> Any:
        """What the server returns for a command."""
        parts = [word.encode() for word in words]
        sent = b"".join(b"$%d\r\n%s\r\n" % (len(part), part) for part in parts)
        self.socket.sendall(b"*%d\r\n%s" % (len(parts), sent))
        return self.response()

    def response(self) -> Any:
        """One value of the protocol."""
        line = self.file.readline()
        kind, rest = line[:1], line[1:-2].decode("utf-8", "replace")
        if kind == b"$":
            size = int(rest)
            return None if size < 0 else self.file.read(size + 2)[:-2].decode("utf-8", "replace")
        if kind == b"*":
            return [self.response() for _ in range(max(0, int(rest)))]
        if kind in (b"+", b":"):
            return rest
        raise RefusedError(rest or "it closed the connection")

    def info(self, section: str) -> dict[str, str]:
        """A section of INFO, by name."""
        pairs = (line.partition(":") for line in self.send("INFO", section).splitlines())
        return {name: value for name, _, value in pairs if value}

    def settings(self) -> dict[str, str]:
        """The settings that it runs with."""
        found = {}
        for name in SETTINGS:
            pair = self.send("CONFIG", "GET", name)
            if len(pair) > 1:
                found[name] = pair[1]
        return found

    def clients(self) -> dict[str, int]:
        """How many connections each user and address has, without this one."""
        own = self.send("CLIENT", "ID")
        found: dict[str, int] = {}
        for row in self.send("CLIENT", "LIST").splitlines():
            words = dict(word.partition("=")[::2] for word in row.split(" "))
            if words.get("id") != own:
                host = words.get("addr", "").rpartition(":")[0].strip("[]")
                key = f"{words.get('user', 'default')} {'socket' if host.startswith('/') else host}"
                found[key] = found.get(key, 0) + 1
        return found


def files(folder: str, settings: dict[str, str]) -> dict[str, bool]:
    """Which files of data there are."""
    log = settings["appendfilename"]
    logs = (f"{folder}/{log}", f"{folder}/{settings['appenddirname']}/{log}.manifest")
    return {
        "dump": os.path.exists(f"{folder}/{settings['dbfilename']}"),
        "log": any(os.path.exists(path) for path in logs),
    }


def live(server: Server) -> dict[str, Any]:
    """What the running server reports."""
    replication, keyspace = server.info("replication"), server.info("keyspace")
    users = [row.split() for row in server.send("ACL", "LIST")]
    return {
        **server.settings(),
        "keys": {name[2:]: int(value.split(",")[0].partition("=")[2]) for name, value in keyspace.items()},
        "used_memory": int(server.info("memory")["used_memory"]),
        "replica": replication.get("role") == "slave",
        "replicas": int(replication.get("connected_slaves", "0")),
        "clients": server.clients(),
        "users": sorted(words[1] for words in users if "on" in words),
        "nopass": sorted(words[1] for words in users if "nopass" in words and "on" in words),
    }


def servers() -> list[tuple[dict[str, Any], Server | None]]:
    """Each engine that has a configuration here, and the running server where it lets root in."""
    found: list[tuple[dict[str, Any], Server | None]] = []
    for name in ENGINES:
        rows = lines(f"/etc/{name}/{name}.conf")
        if not rows:
            continue
        given = {**DEFAULTS, **dict(rows)}
        points = [value for key, value in rows if key == "save"]
        given["save"] = " ".join(points).strip() if points else DEFAULTS["save"]
        one: dict[str, Any] = {
            "engine": name,
            "runs": False,
            "live": False,
            **{key: given[key] for key in SETTINGS},
        }
        connection, server = connect(given), None
        if connection is not None:
            one["runs"] = True
            try:
                server = Server(connection, given.get("requirepass"))
                one |= {**live(server), "live": True}
            except (OSError, ValueError, KeyError, IndexError, RefusedError) as error:
                one["error"], server = " ".join(str(error).split()), None
        found.append(({**one, "files": files(one["dir"], one)}, server))
    return found


def in_memory_alone() -> list[Server]:
    """Servers with keys that neither a dump nor a log keeps."""
    return [
        server
        for one, server in servers()
        if server and one["keys"] and not one["save"].strip() and one["appendonly"] == "no"
    ]


def main(verb: str) -> int:
    """Run one verb."""
    if verb == "unsaved":
        return int(not in_memory_alone())
    if verb == "save":
        for server in in_memory_alone():
            server.send("CONFIG", "SET", "save", AT_EACH_STOP)
        return 0
    sys.stdout.write(json.dumps({"servers": [one for one, _ in servers()]}) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
