"""Data of a host that must come back after its loss, as its subsystem declares it, and what backs it up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

DataKind = Literal["database", "key_value", "volume", "files", "bucket", "copy"]
HOUR_SECONDS = 3600


@dataclass(frozen=True)
class Protected:
    """Data that a backup must hold.

    Attributes:
        name: What it is, in the words of an operator; no other of the host has the same.
        kind: ``database`` and ``key_value``: files of a running server, of which only its own tools take a
            copy that is whole; ``volume``: a volume of containers, which has labels beside its files;
            ``bucket``: an object store's; ``copy``: of repositories in another place, which no subsystem
            declares.
        paths: Where it is: absolute paths, or shell patterns of them.
        rhythm_seconds: The longest time between two backups of it: what came since the last one is lost.
        at_least_files: Regular files that are there at least: with fewer, such as on a file system that is
            not mounted, a backup of it would be one of nothing.
        exclude: Shell patterns of paths below ``paths`` that need not come back.
        details: What its tools must know beside them, such as the port of a server. ``save``: a command after
            which the file ``saved`` in ``paths`` is a whole copy of it. ``units``: what serves it, separated
            by spaces, and stopped while it is replaced. ``after``, ``ready``: commands that must succeed once
            it is replaced, the second one within some minutes. ``aside``: files that go then.
    """

    name: str
    kind: DataKind
    paths: tuple[str, ...]
    rhythm_seconds: int
    at_least_files: int = 0
    exclude: tuple[str, ...] = ()
    details: tuple[tuple[str, str], ...] = ()

    def __post_init__(self) -> None:
        if not self.paths or not all(path.startswith("/") for path in (*self.paths, *self.exclude)):
            raise ValueError(f"{self.name}: protected paths are absolute, and there is at least one")
        if self.rhythm_seconds < 1 or self.at_least_files < 0:
            raise ValueError(f"{self.name}: a rhythm is a second or more, and files are not fewer than none")


@dataclass(frozen=True)
class Writer:
    """What writes to declared data beside what serves it, and stops while that data is replaced.

    A unit that does not run is left alone. Both commands run through ``sh -c`` as root.

    Attributes:
        unit: Its unit.
        stop: Ends its work, and disables nothing.
        start: Starts it again.
        kinds: Kinds of data that it may write to.
        data: Names of declared data that it writes to besides.
    """

    unit: str
    stop: str
    start: str
    kinds: tuple[DataKind, ...] = ()
    data: tuple[str, ...] = ()


@dataclass(frozen=True)
class BackupTool:
    """What backs up declared data of a host, and how it is asked and started.

    Attributes:
        data: What it backs up, by its name where it is declared.
        known: Shell command that prints, as root and without reading the repository, what is known of its
            backups: JSON as ``rigwright/backup/known.py`` has it.
        make: Service that makes a backup and ends when it is made.
        prove: Service that restores the newest in a trial; its main process ends with 2 where that failed.
        late_seconds: A newest backup that is older is a finding.
        unproved_seconds: A proof that is older is one.
        restore: Shell command that restores it, as root: its verbs are in ``rigwright/backup/restoring.py``;
            empty: none does.
    """

    data: str
    known: str
    make: str
    prove: str
    late_seconds: int
    unproved_seconds: int
    restore: str = ""


@dataclass(frozen=True)
class BackupPlace:
    """A repository of backups of a host.

    Attributes:
        name: What drift calls it, such as ``repository of files``.
        where: How a person finds it once the host is gone: its folder and disk, or its endpoint and bucket.
        tool: The program that made it, and that reads it.
        secret: The name of its passphrase.
        store: The folder of the store that has it; None: it is from none.
        keep: Shell command that, as root, puts the bundle of the inventory's repository beside the backups:
            it reads ``Bundle.stream`` of ``rigwright/backup/bundle.py``.
        about: Shell command that prints what is known of it: JSON with ``here`` and ``about``.
        get: Shell command that prints the bundle. All three are empty where another place of the host has it.
        access: The secret that opens the place itself, such as a bucket's key: what is in the bundle is of no
            use before. It is an object here because hosts load this module without the secrets' room.
    """

    name: str
    where: str
    tool: str
    secret: str
    store: str | None = None
    keep: str = ""
    about: str = ""
    get: str = ""
    access: object = None
