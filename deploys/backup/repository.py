"""What every repository of the host has: a place that is there, a mark of whose it is, and metrics."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator
from dataclasses import dataclass

from deploys.backup.places import S3, Repository
from deploys.backup.postgres_settings import Local
from deploys.backup.second_settings import Rclone
from rigwright.desired import Check, File, RuntimeState, Step
from rigwright.desired.program import program, shell
from rigwright.desired.render import render
from rigwright.remote.archive import archive

FOLDER = "/etc/rigwright/backup"
TOOLS = "/usr/local/lib/rigwright/backup"
SYSTEMD = "/etc/systemd/system"
METRICS = "rigwright-backup-metrics"


@dataclass(frozen=True)
class OnDisk:
    """A repository's place on a disk of the host.

    Attributes:
        name: What drift calls it.
        tool: Its program, by the name that an operator calls.
        local: Its folder and the mount of its disk.
        state: The folder of what is known of its backups.
        account: Who writes to it; None: the program's own default.
    """

    name: str
    tool: str
    local: Local
    state: str
    account: str | None = None

    def command(self, *words: str) -> str:
        """One of ``repository.sh``; without words, the program that takes them."""
        values = {"path": self.local.path, "mount": self.local.mount, "state": self.state}
        if self.account:
            values["account"] = self.account
        return shell("backup/programs/repository.sh", *words, variables=values)

    def files(self) -> Iterator[File]:
        """Its program."""
        # The place is in the file where several have one: an operator gives the verb alone.
        own = f"#!/bin/sh\n{self.command()}" if self.account else program("backup/programs/repository.sh")
        yield File(f"{TOOLS}/{self.tool}", own.encode(), mode=0o755)

    @property
    def checks(self) -> tuple[Check, ...]:
        """Nothing is changed while its disk is away."""
        mount = self.local.mount
        return (
            Check(
                f"{mount} is mounted",
                f"mountpoint -q {mount} || {{ echo it is not mounted: mount it first >&2; exit 1; }}",
            ),
        )

    def mark(self, then: str = "") -> Step:
        """Mark a new one as this host's, and run a command.

        A folder with something in it is another host's, or was this one's before it was built again.
        """
        return Step(
            f"mark of this host in the new {self.name}",
            only_if=self.command("new"),
            command=self.command("mark") + (f"\n{then}" if then else ""),
            when="after_probe",
        )

    @property
    def whose(self) -> RuntimeState:
        """Only a person mounts a disk, and decides that backups of another host become this one's."""
        expected = (("mounted", "yes"), ("owner", "this host"))
        return RuntimeState(self.name, self.command("state"), expected)


@dataclass(frozen=True)
class InBucket:
    """A repository's place in an S3 bucket.

    Its state is what ``bucket.py`` wrote down when it was reached last: a query of the host asks no network.
    The key is in a file that its account alone reads, and never in a command.

    Attributes:
        name: What drift calls it.
        tool: Its program, by the name that an operator calls, and its file in :data:`FOLDER`.
        bucket: Where it is.
        state: The folder of what is known of it.
        account: Who writes to it.
        stale_seconds: So often it is reached at least.
    """

    name: str
    tool: str
    bucket: S3
    state: str
    account: str = "root"
    stale_seconds: int = 3600

    @property
    def file(self) -> str:
        """Where its endpoint, folder and key are."""
        return f"{FOLDER}/{self.tool}.json"

    @property
    def ca_file(self) -> str | None:
        """Where the certificates that verify the endpoint's are; None: those of the operating system."""
        return f"{FOLDER}/{self.tool}-ca.pem" if self.bucket.ca else None

    def files(self) -> Iterator[File]:
        """Its program, and what that must know."""
        known = {
            "url": self.bucket.url,
            **self.bucket.model_dump(include={"endpoint", "bucket", "prefix", "region", "key_id"}),
            "secret_key": self.bucket.secret_key.reveal(),
            "ca_file": self.ca_file,
            "state": self.state,
            "account": self.account,
            "program": f"{TOOLS}/{self.tool}",
            "stale_seconds": self.stale_seconds,
        }
        mode, group = (0o600, "root") if self.account == "root" else (0o640, self.account)
        text = json.dumps(known, indent=2).encode() + b"\n"
        yield File(self.file, text, mode=mode, group=group, secret=True)
        if self.ca_file and self.bucket.ca:
            yield File(self.ca_file, self.bucket.ca.strip().encode() + b"\n")
        yield from _programs(self.tool, self.file)

    @property
    def checks(self) -> tuple[Check, ...]:
        """None: it is reached with its own files, which are not there before the first apply."""
        return ()

    def mark(self, then: str = "") -> Step:
        """Mark an empty one as this host's, and run a command; one with backups of others stays theirs."""
        return _mark(self.name, self.tool, self.bucket.url, self.state, then)

    @property
    def whose(self) -> RuntimeState:
        """Only a person brings an endpoint back, and decides that others' backups become this host's."""
        return _whose(self.name, self.bucket.url, self.state, versioned="yes")


@dataclass(frozen=True)
class AtRemote:
    """The second place at a remote of rclone's, as :class:`InBucket` has one in a bucket."""

    name: str
    tool: str
    remote: Rclone
    state: str
    stale_seconds: int

    def files(self) -> Iterator[File]:
        """Its program, and what that must know."""
        known = {
            "remote": True,
            "url": self.remote.path,
            "state": self.state,
            "account": "root",
            "program": f"{TOOLS}/{self.tool}",
            "stale_seconds": self.stale_seconds,
        }
        file = f"{FOLDER}/{self.tool}.json"
        yield File(file, json.dumps(known, indent=2).encode() + b"\n")
        yield from _programs(self.tool, file)

    def mark(self) -> Step:
        """Mark an empty one as this host's."""
        return _mark(self.name, self.tool, self.remote.path, self.state, "")

    @property
    def whose(self) -> RuntimeState:
        """Only a person brings it back, and decides that others' backups become this host's."""
        return _whose(self.name, self.remote.path, self.state, versioned="not asked")


def _programs(tool: str, file: str) -> Iterator[File]:
    own = f"#!/bin/sh\n{shell('backup/programs/bucket.sh', variables={'file': file})}"
    yield File(f"{TOOLS}/{tool}", own.encode(), mode=0o755)
    yield File(f"{TOOLS}/bucket.pyz", archive("deploys.backup.on_host.bucket"))


def _mark(name: str, tool: str, url: str, state: str, then: str) -> Step:
    """It waits until the place was reached once; from then on it is whose it is."""
    seen, place = f"{state}/place.json", shlex.quote(f'"place": {json.dumps(url)}')
    owner = """'"owner": "(this host|another host|none)"'"""
    return Step(
        f"mark of this host in the new {name}",
        only_if=f"! {{ grep -qsF {place} {seen} && grep -qsE {owner} {seen}; }}",
        command=f"{TOOLS}/{tool} first" + (f"\n{then}" if then else ""),
        when="after_probe",
    )


def _whose(name: str, url: str, state: str, versioned: str) -> RuntimeState:
    expected = (("place", url), ("reached", "yes"), ("owner", "this host"), ("versioned", versioned))
    return RuntimeState(name, f"cat {state}/place.json 2>/dev/null || echo '{{}}'", expected)


Place = OnDisk | InBucket


def own_place(name: str, tool: str, repository: Repository, state: str, account: str | None = None) -> Place:
    """The place of a repository, as :class:`OnDisk` and :class:`InBucket` have these."""
    if isinstance(repository, Local):
        return OnDisk(name, tool, repository, state, account)
    return InBucket(name, tool, repository, state, account or "postgres")


def on_disk(repository: Repository) -> Local | None:
    """The folder, where it is one of the host."""
    return repository if isinstance(repository, Local) else None


def metrics_units() -> Iterator[File]:
    """The service and the timer of the metrics of all repositories."""
    for kind in ("service", "timer"):
        yield File(f"{SYSTEMD}/{METRICS}.{kind}", render(f"backup{SYSTEMD}/_metrics.{kind}"))
