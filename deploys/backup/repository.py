"""What every repository on the host has: a disk that is mounted, a mark of whose it is, and metrics."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from deploys.backup.postgres_settings import Local
from rigwright.desired import BackupPlace, Check, File, RuntimeState, Step
from rigwright.desired.program import shell
from rigwright.desired.render import render
from rigwright.secrets.value import Secret

FOLDER = "/etc/rigwright/backup"
TOOLS = "/usr/local/lib/rigwright/backup"
SYSTEMD = "/etc/systemd/system"
METRICS = "rigwright-backup-metrics"


@dataclass(frozen=True)
class Place:
    """A repository's place.

    Attributes:
        name: What drift calls it.
        local: Its folder and the mount of its disk.
        state: The folder of what is known of its backups.
        account: Who writes to it; None: the program's own default.
    """

    name: str
    local: Local
    state: str
    account: str | None = None

    def command(self, *words: str) -> str:
        """One of ``repository.sh``; without words, the program that takes them."""
        values = {"path": self.local.path, "mount": self.local.mount, "state": self.state}
        if self.account:
            values["account"] = self.account
        return shell("backup/programs/repository.sh", *words, variables=values)

    @property
    def mounted(self) -> Check:
        """Nothing is changed while its disk is away."""
        mount = self.local.mount
        return Check(
            f"{mount} is mounted",
            f"mountpoint -q {mount} || {{ echo it is not mounted: mount it first >&2; exit 1; }}",
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


def place_of(place: Place, tool: str, passphrase: Secret) -> BackupPlace:
    """A repository, as it must be found once its host is gone, and the bundle that is kept beside it."""
    local = place.local
    where = f"{local.path}, on the disk that the host mounts at {local.mount}"
    store = str(Path(passphrase.store).parent) if passphrase.store else None
    values = {"path": local.path, "mount": local.mount}
    keep, about, get = (
        shell("backup/programs/bundle.sh", verb, variables=values) for verb in ("keep", "about", "get")
    )
    keep = f"{place.command('ready')}\n{keep}"
    return BackupPlace(place.name, where, tool, passphrase.name, store, keep, about, get)


def metrics_units() -> Iterator[File]:
    """The service and the timer of the metrics of all repositories."""
    for kind in ("service", "timer"):
        yield File(f"{SYSTEMD}/{METRICS}.{kind}", render(f"backup{SYSTEMD}/_metrics.{kind}"))
