#!/usr/bin/python3
"""Query and set the Redis or Valkey of this host as its administrator, without showing a password.

ask ping               succeed when the data is loaded
ask settings NAME...   print these settings of the running server as JSON
ask users              print as JSON which of its users are as users.acl has them
ask load               give the running server live.conf and users.acl
ask reload             the same; where it refuses the administrator, let systemd start it anew with its files
ask settle             give a server that is about to stop live.conf, so that the next one reads its data
ask save               write the dump, and succeed when a newer one than before is there
ask do COMMAND...      print what the server returns for a command

server.env, beside this program on the host, names the engine and its paths.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import signal
import socket
import sys
import time
from typing import Any

SERVER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "server.env")
LOADED = "/var/lib/rigwright/redis-users.json"
TIMEOUT_SECONDS = 5
PAIR = 2


class RefusedError(Exception):
    """The server returned an error."""


class LockedError(RefusedError):
    """It does not let the administrator in."""


def engine() -> dict[str, str]:
    """The values of server.env, by name."""
    with open(SERVER) as file:
        pairs = (line.rstrip("\n").partition("=") for line in file)
        return {name: value for name, _, value in pairs}


class Server:
    """One connection, logged in.

    Raises:
        LockedError: The server refuses the administrator.
    """

    def __init__(self) -> None:
        self.engine = engine()
        with open(self.engine["folder"] + "/administrator.json") as file:
            login = json.load(file)
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(TIMEOUT_SECONDS)
        self.socket.connect(self.engine["socket"])
        self.file = self.socket.makefile("rb")
        try:
            self.send("AUTH", login["user"], login["password"])
        except RefusedError as error:
            raise LockedError(str(error)) from None

    def send(self, *words: str) -> Any:
        """What the server returns for a command.

        Raises:
            RefusedError: It returns an error, or closed the connection.
        """
        parts = [word.encode() for word in words]
        sent = b"".join(b"$%d\r\n%s\r\n" % (len(part), part) for part in parts)
        self.socket.sendall(b"*%d\r\n%s" % (len(parts), sent))
        return self.response()

    def response(self) -> Any:
        """One value of the protocol: https://redis.io/docs/latest/develop/reference/protocol-spec/."""
        line = self.file.readline()
        kind, rest = line[:1], line[1:-2].decode()
        if kind == b"-":
            raise RefusedError(rest)
        if kind == b"$":
            size = int(rest)
            return None if size < 0 else self.file.read(size + 2)[:-2].decode("utf-8", "replace")
        if kind == b"*":
            return [self.response() for _ in range(max(0, int(rest)))]
        if kind in (b"+", b":"):
            return rest
        raise RefusedError("it closed the connection")

    def persistence(self) -> dict[str, str]:
        """What it reports of saves, by name."""
        lines = (line.partition(":") for line in self.send("INFO", "persistence").splitlines())
        return {name: value for name, _, value in lines}

    def wait(self, *names: str) -> None:
        """Until none of these is going on."""
        while any(self.persistence().get(name) == "1" for name in names):
            time.sleep(0.1)

    def setting(self, name: str) -> str | None:
        """The value of a setting; None where the engine has none of that name."""
        pair = self.send("CONFIG", "GET", name)
        return pair[1] if len(pair) == PAIR else None

    def path(self, name: str) -> str:
        """The path of a file of its configuration."""
        return f"{self.engine['folder']}/{name}"


def digest(text: str) -> str:
    """The SHA-256 of a text."""
    return hashlib.sha256(text.encode()).hexdigest()


def users_of(server: Server) -> dict[str, str]:
    """A digest of each user's rules in the server's own words, by name."""
    return {line.split()[1]: digest(line) for line in server.send("ACL", "LIST")}


def acl_digest(server: Server) -> str:
    """A digest of users.acl."""
    with open(server.path("users.acl")) as file:
        return digest(file.read())


def ping(server: Server) -> None:
    """Succeed when the data is loaded."""
    if server.send("PING") != "PONG" or server.persistence()["loading"] != "0":
        raise RefusedError("it is not ready")


def settings(server: Server, *names: str) -> None:
    """Print those of these settings that it has."""
    print(json.dumps({name: value for name in names if (value := server.setting(name)) is not None}))


def users(server: Server) -> None:
    """Compare users with what they were when users.acl was loaded: the server alone knows its own words."""
    with open(LOADED) as file:
        loaded = json.load(file)
    same_file = loaded["file"] == acl_digest(server)
    now = users_of(server)
    names = sorted({*now, *loaded["users"]})
    same = {name: same_file and now.get(name) == loaded["users"].get(name) for name in names}
    print(json.dumps({name: "ok" if same[name] else "differs" for name in names if name in now}))


def live(server: Server) -> dict[str, str]:
    """The lines of live.conf, those of one name joined, as CONFIG SET takes them."""
    found: dict[str, str] = {}
    with open(server.path("live.conf")) as file:
        for line in file:
            name, _, value = line.strip().partition(" ")
            if name and not name.startswith("#"):
                found[name] = (found.get(name, "") + " " + value.strip().strip('"')).strip()
    return found


def settle(server: Server) -> None:
    """Set what differs from live.conf."""
    for name, value in live(server).items():
        if server.setting(name) != value:
            server.send("CONFIG", "SET", name, value)
            if name == "appendonly":
                SWITCHED[value](server)


def switched_on(server: Server) -> None:
    """What the file is to hold is in it only when it was written whole."""
    server.wait("aof_rewrite_in_progress", "aof_rewrite_scheduled")
    if server.persistence()["aof_last_bgrewrite_status"] != "ok":
        raise RefusedError("the append-only file could not be written; its log has the reason")


def switched_off(server: Server) -> None:
    """An append-only file that is no longer written must not be read later in place of the newer dump."""
    save(server)
    data = server.engine["data"]
    shutil.rmtree(data + "/appendonlydir", ignore_errors=True)
    log = f"{data}/{server.engine['log']}"
    if os.path.exists(log):
        os.remove(log)


def save(server: Server) -> None:
    """Write the dump. Success alone says nothing: a dump that was due before may end in between."""
    server.wait("rdb_bgsave_in_progress", "aof_rewrite_in_progress")
    before = int(server.send("TIME")[0])
    server.send("BGSAVE")
    server.wait("rdb_bgsave_in_progress")
    found = server.persistence()
    if found["rdb_last_bgsave_status"] != "ok" or int(found["rdb_last_save_time"]) < before:
        raise RefusedError("the dump could not be written; its log has the reason")


SWITCHED = {"yes": switched_on, "no": switched_off}


def load(server: Server) -> None:
    """Give the server live.conf and users.acl, and record what it has then."""
    settle(server)
    server.send("ACL", "LOAD")
    record = {"file": acl_digest(server), "users": users_of(Server())}
    descriptor = os.open(LOADED + ".new", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump(record, file)
    os.rename(LOADED + ".new", LOADED)


def do(server: Server, *words: str) -> None:
    """Print what the server returns for a command."""
    value = server.send(*words)
    print("\n".join(value) if isinstance(value, list) else value)


VERBS = {
    "ping": ping,
    "settings": settings,
    "users": users,
    "load": load,
    "reload": load,
    "settle": settle,
    "save": save,
    "do": do,
}


def main(verb: str, *arguments: str) -> None:
    """Run one verb; exit with the reason where it fails."""
    try:
        VERBS[verb](Server(), *arguments)
    except LockedError as error:
        if verb != "reload" or "MAINPID" not in os.environ:
            sys.exit(f"{engine()['package']}: {error}")
        os.kill(int(os.environ["MAINPID"]), signal.SIGTERM)  # Restart=always
    except (OSError, RefusedError, ValueError) as error:
        sys.exit(f"{engine()['package']}: {error}")


if __name__ == "__main__":
    if len(sys.argv) < PAIR or sys.argv[1] not in VERBS:
        sys.exit(__doc__)
    main(*sys.argv[1:])
