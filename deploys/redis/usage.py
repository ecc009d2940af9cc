"""What the first apply would cut or hide of a Redis or Valkey that a host has already."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from deploys.redis.settings import ADMINISTRATOR, RedisSettings
from rigwright.desired import Usage
from rigwright.desired.program import python
from rigwright.desired.usage import Sockets, Use

EVERY = ("*", "0.0.0.0", "::", "::*")  # noqa: S104  compared with, never bound
PROGRAM = "redis/programs/usage.py"
LOG_FOLDER = "appendonlydir"
MIB = 2**20


def usage(redis: RedisSettings, data: str) -> Usage:
    """The survey of the engines of the host, judged by these settings.

    Args:
        redis: The settings.
        data: Where its data is by them.
    """
    return Usage(
        redis.engine,
        python(PROGRAM, "show"),
        RedisJudge(
            engine=redis.engine,
            data=data,
            dump_file=redis.dump_file,
            append_file=redis.append_file,
            append_only=redis.append_only,
            port=redis.port,
            listen=tuple(redis.listen_addresses),
            databases=redis.databases,
            memory=redis.memory,
            evicts=redis.eviction != "noeviction",
            users=tuple(user.name for user in redis.users),
        ),
    )


@dataclass(frozen=True)
class RedisJudge:
    """The settings as far as a server in use is affected by them."""

    engine: str
    data: str
    dump_file: str
    append_file: str
    append_only: bool
    port: int
    listen: tuple[str, ...]
    databases: int
    memory: int
    evicts: bool
    users: tuple[str, ...]

    def __call__(self, found: Mapping[str, Any], sockets: Sockets) -> Iterator[Use]:
        """Of each engine; a server without a key, a file of data and a client is not in use."""
        for one in found["servers"]:
            if not in_use(one):
                continue
            if one["engine"] == self.engine:
                yield from self._files(one)
                yield from self._memory(one)
                yield from self._ways_in(one, sockets)
                yield from self._running(one)
            elif int(one["port"]) == self.port:
                yield Use(
                    "hidden",
                    one["engine"],
                    f"{one['engine']} is in use on port {self.port}, and {self.engine} would lack its data: "
                    f'set redis.engine="{one["engine"]}", or another redis.port',
                )
            else:
                yield Use(
                    "kept", one["engine"], f"{one['engine']} (port {one['port']}) stays beside {self.engine}"
                )

    def _files(self, one: Mapping[str, Any]) -> Iterator[Use]:
        """A server that does not find its file starts empty."""
        held = any(one["files"].values()) or bool(one.get("keys"))
        for name, now, wanted, setting in (
            ("dir", one["dir"].rstrip("/"), self.data, "directory"),
            ("dbfilename", one["dbfilename"], self.dump_file, "dump_file"),
            ("appendfilename", one["appendfilename"], self.append_file, "append_file"),
        ):
            kind = {"dbfilename": "dump", "appendfilename": "log"}.get(name)
            if now != wanted and held and (kind is None or one["files"][kind]):
                yield Use(
                    "hidden",
                    name,
                    f"{self.engine} has its data by {name} {now}, which {wanted} would hide: "
                    f'set redis.{setting}="{now}"',
                )
        if one["appendonly"] == "yes" and not self.append_only:
            yield Use(
                "hidden",
                "appendonly",
                f"{self.engine} has its data in an append-only file, which would not be read: "
                "set redis.append_only=True",
            )
        if one["appendonly"] == "yes" and one["appenddirname"] != LOG_FOLDER:
            yield Use(
                "hidden",
                "appenddirname",
                f"{self.engine} has its append-only file in {one['appenddirname']}, which no setting names: "
                f"turn appendonly off, rename the folder to {LOG_FOLDER}, and turn it on",
            )

    def _memory(self, one: Mapping[str, Any]) -> Iterator[Use]:
        highest = max((int(number) for number in one.get("keys", ())), default=-1)
        if highest >= self.databases:
            yield Use(
                "hidden",
                "databases",
                f"database {highest} of {self.engine} has keys, and there are {self.databases} databases: "
                f"set redis.databases={highest + 1} or more",
            )
        used = one.get("used_memory", 0)
        if used > self.memory:
            effect = "keys would be dropped" if self.evicts else "every write would be refused"
            yield Use(
                "hidden" if self.evicts else "cut",
                "memory",
                f"{self.engine} uses {used // MIB} MiB, and with {self.memory // MIB} MiB {effect}: "
                "set redis.memory",
            )

    def _ways_in(self, one: Mapping[str, Any], sockets: Sockets) -> Iterator[Use]:
        port = int(one["port"])
        if port != self.port:
            yield Use(
                "cut", "port", f"port {port} becomes {self.port}: clients must follow, or set redis.port"
            )
        gone = [name for name in one["bind"].split() if name.lstrip("-") not in (*self.listen, "::1")]
        if gone:
            clients = [
                peer for peer in sockets.peers_of(port) if not peer.startswith("127.") and peer != "::1"
            ]
            at_work = f" (clients: {', '.join(clients)})" if clients else ""
            listed = ", ".join("every address" if name.lstrip("-") in EVERY else name for name in gone)
            yield Use(
                "cut",
                "bind",
                f"{self.engine} listens on {listed}{at_work}, and then on {', '.join(self.listen)} alone: "
                "redis.listen_addresses keeps it",
            )
        for key, count in sorted(one.get("clients", {}).items()):
            user, _, where = key.partition(" ")
            if user not in self.users:
                yield Use(
                    "cut",
                    f"clients of {user} from {where}",
                    f"{count} clients from {where} log in as {user}, and are refused: "
                    "declare it in redis.users",
                )
            elif user in one["nopass"]:
                yield Use(
                    "cut",
                    f"clients of {user} from {where}",
                    f"{count} clients from {where} log in as {user} without a password, and need one "
                    "from then on",
                )
        for user in one.get("users", ()):
            if user in self.users:
                yield Use(
                    "cut", f"user {user}", f"user {user} gets the password and the commands of redis.users"
                )
            elif user not in ("default", ADMINISTRATOR):
                yield Use("cut", f"user {user}", f"user {user} is removed: declare it in redis.users")

    def _running(self, one: Mapping[str, Any]) -> Iterator[Use]:
        if not one["runs"]:
            yield Use("kept", self.engine, f"{self.engine} is stopped and has data: it is started with it")
            return
        if not one["live"]:
            reason = one.get("error", "it does not respond")
            yield Use(
                "cut",
                "clients",
                f"{self.engine} runs, and its keys and clients are unknown ({reason})",
            )
        if one.get("replica"):
            text = "is a replica of another server, which no setting describes: REPLICAOF NO ONE first"
            yield Use("hidden", "replica", f"{self.engine} {text}")
        if one.get("replicas"):
            yield Use("cut", "replicas", f"{one['replicas']} replicas of {self.engine} are cut off")
        if not one["save"].strip() and one["appendonly"] == "no":
            text = "keeps its keys in memory alone: it saves them as it stops, and they are kept from then on"
            yield Use("kept", "persistence", f"{self.engine} {text}")
        yield Use("cut", "restart", f"{self.engine} restarts with its data: clients connect anew")


def in_use(one: Mapping[str, Any]) -> bool:
    """Whether a server is more than what the package starts."""
    return bool(one.get("keys") or one.get("clients") or any(one["files"].values()) or "error" in one)
