"""What can be chosen about Redis."""

from __future__ import annotations

from collections import Counter
from typing import Annotated, Literal

from pydantic import Field, field_validator, model_validator
from typing_extensions import Self

from deploys.redis.values import Address, CommandRule, DataFile, DataFolder, Pattern, UserName, strong
from deploys.redis.versions import EngineName
from rigwright.secrets.value import Secret
from rigwright.settings.base import Many, Port, Settings, Size

ADMINISTRATOR = "rigwright"
EXPORTER = "exporter"
MIB = 1024 * 1024
DEBIAN_OPEN_FILES = 65_535  # LimitNOFILE of the package's unit


class RedisUser(Settings):
    """A client that may log in. The server keeps only the SHA-256 of the password."""

    name: UserName
    """The name; ``default`` is who logs in with a password and no name."""

    password: Secret
    """The password; at least 16 characters."""

    keys: Many[Pattern] = ("*",)
    """Patterns of the keys that it may use, such as ``session:*``."""

    channels: Many[Pattern] = ()
    """Patterns of the channels that it may use; Redis 6.0 of Ubuntu 22.04 knows only all or none of them:
    there every user has all."""

    commands: Annotated[Many[CommandRule], Field(min_length=1)] = (
        "+@all",
        "-@admin",
        "-@dangerous",
        "+info",
        "+client|setname",
    )
    """Rules of Redis's, in their order. By default everything that neither administers the server nor reads
    or drops all keys at once; queues need ``info``, and client libraries name their connections."""

    @field_validator("password")
    @classmethod
    def _strong(cls, value: Secret) -> Secret:
        return strong(value)


class Snapshot(Settings):
    """When a dump is written, besides the append-only file."""

    seconds: Annotated[int, Field(ge=1, le=604_800)]
    """So long after the last one,"""

    changes: Annotated[int, Field(ge=1)]
    """if at least so many keys changed."""


class RedisSettings(Settings):
    """Redis of one host. Without users only the administrator may log in."""

    administrator_password: Secret
    """Password of the user ``rigwright``, with which tools on the host query and set the server."""

    directory: DataFolder | None = None
    """Where its data is; None: the package's folder, such as ``/var/lib/redis``. Data that exists is never
    moved: then this is where it is."""

    dump_file: DataFile = "dump.rdb"
    """Name of the dump in that folder."""

    append_file: DataFile = "appendonly.aof"
    """Name of the append-only file, and of the files of its parts."""

    engine: EngineName = "redis"
    """``redis``, or ``valkey`` where the system packages it: Debian 13 and Ubuntu 24.04. The data stays with
    the engine that wrote it."""

    users: Many[RedisUser] = ()
    """Who may log in. Without one named ``default`` a client that gives no name is refused."""

    memory: Annotated[Size, Field(ge=MIB)] = 256 * MIB
    """How much the data may take (``maxmemory``). While it saves, the server may take twice as much, and so
    much is counted of the machine's memory."""

    eviction: Literal[
        "noeviction",
        "allkeys-lru",
        "allkeys-lfu",
        "allkeys-random",
        "volatile-lru",
        "volatile-lfu",
        "volatile-random",
        "volatile-ttl",
    ] = "noeviction"
    """What happens when the memory is full: ``noeviction`` refuses writes and loses nothing, for queues and
    sessions; ``allkeys-lru`` drops what was least used, for a cache."""

    append_only: bool = True
    """Log each write, so that a crash loses at most what ``append_fsync`` allows."""

    append_fsync: Literal["always", "everysec", "no"] = "everysec"
    """When the log reaches the disk: with each write, each second, or when the kernel likes."""

    snapshots: Many[Snapshot] = (
        Snapshot(seconds=3600, changes=1),
        Snapshot(seconds=300, changes=100),
        Snapshot(seconds=60, changes=10_000),
    )
    """When dumps are written: Redis's own defaults since 7.0. None: only the append-only file."""

    listen_addresses: Annotated[Many[Address], Field(min_length=1)] = ("127.0.0.1",)
    """Loopback, and addresses of the host that containers reach, such as ``172.30.0.1`` of Docker's first
    bridge. A host without one of them has no Redis until it has the address. There is no TLS: a public
    address is refused."""

    port: Port = 6379
    """TCP port."""

    databases: Annotated[int, Field(ge=1, le=10_000)] = 16
    """Numbered databases."""

    max_clients: Annotated[int, Field(ge=16, le=1_000_000)] = 10_000
    """Connections at once."""

    idle_timeout_seconds: Annotated[int, Field(ge=0, le=604_800)] = 0
    """When an idle connection is closed; 0: never, which pools of connections need."""

    keepalive_seconds: Annotated[int, Field(ge=0, le=86_400)] = 300
    """How often TCP probes whether a silent client is still there; 0: never."""

    slow_log_microseconds: Annotated[int, Field(ge=0)] = 10_000
    """A command that takes longer is in the slow log (``SLOWLOG GET``)."""

    slow_log_entries: Annotated[int, Field(ge=0, le=100_000)] = 128
    """How many of them are kept."""

    start_timeout_seconds: Annotated[int, Field(ge=10, le=86_400)] = 600
    """How long a start may take: the data is read first, some seconds for each gigabyte."""

    exporter_port: Port | None = None
    """TCP port on 127.0.0.1 where its exporter exposes memory, clients and saves,
    by custom 9121; None: no exporter."""

    exporter_password: Secret | None = None
    """Password of the user ``exporter``, which may measure and can neither read nor change what is kept;
    with ``exporter_port`` only."""

    @field_validator("administrator_password")
    @classmethod
    def _strong(cls, value: Secret) -> Secret:
        return strong(value)

    @field_validator("exporter_password")
    @classmethod
    def _strong_if_any(cls, value: Secret | None) -> Secret | None:
        return strong(value) if value else None

    @model_validator(mode="after")
    def _users_once(self) -> Self:
        counted = Counter(user.name for user in self.users)
        if twice := sorted(name for name, count in counted.items() if count > 1):
            raise ValueError(f"users: two are named {', '.join(twice)}: give each a name of its own")
        if ADMINISTRATOR in counted:
            raise ValueError(f"users: {ADMINISTRATOR} is the administrator; take another name")
        if self.exporter_port and EXPORTER in counted:
            raise ValueError(f"users: {EXPORTER} is who the exporter logs in as; take another name")
        return self

    @model_validator(mode="after")
    def _an_exporter_logs_in(self) -> Self:
        if (self.exporter_port is None) != (self.exporter_password is None):
            raise ValueError(
                "exporter_password: belongs to exporter_port, and neither does without the other; "
                "make one: rig secret generate INVENTORY redis_exporter"
            )
        return self

    @model_validator(mode="after")
    def _addresses_once(self) -> Self:
        if len(set(self.listen_addresses)) < len(self.listen_addresses):
            raise ValueError("listen_addresses: an address is listed twice: leave one out")
        return self

    @property
    def open_files(self) -> int:
        """Files that the server may hold open.

        Debian's own limit or more, so that few clients need no restart; Redis keeps 32 for itself.
        """
        return max(DEBIAN_OPEN_FILES, self.max_clients + 32 + 1024)
