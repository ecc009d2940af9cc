"""What can be chosen about the second place, to which the repositories are copied."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator
from typing_extensions import Self

from deploys.backup.places import FOLDER, S3
from deploys.backup.values import Calendar, Folder, Hour
from rigwright.secrets.value import Secret
from rigwright.settings.base import Settings

SECOND_STATE = "/var/lib/rigwright-backup-second"
REMOTE = r"[A-Za-z0-9_][A-Za-z0-9_.-]*"
RemotePath = Annotated[str, Field(pattern=rf"^{REMOTE}:{FOLDER}(/{FOLDER})*$")]
Limit = Annotated[int, Field(ge=1, le=100_000)]


class Rclone(Settings):
    """A folder of any storage that rclone knows (https://rclone.org/overview), but none of the host itself.

    What copies there writes to no other folder of the host.
    """

    path: RemotePath
    """The remote's name and the folder, such as ``"drive:backups/studio"``, which nothing else uses."""

    configuration: Secret
    """The text of an rclone configuration that has this remote: ``rclone config`` on your own machine makes
    one. What rclone refreshes in it, such as tokens, stays on the host."""

    @model_validator(mode="after")
    def _remote_is_configured(self) -> Self:
        name = self.path.partition(":")[0]
        if f"[{name}]" not in self.configuration.reveal().split():
            raise ValueError(f"configuration: it has no [{name}], which path names: set the whole text of it")
        return self

    def below(self, folder: str) -> Self:
        """A folder of this one."""
        return self.model_copy(update={"path": f"{self.path}/{folder}"})


class OfficeHours(Settings):
    """Hours of Monday to Friday in which others need the line."""

    upload_limit_mib: Limit
    """MiB per second that are copied at most meanwhile."""

    begin: Hour = "08:00"
    """By the host's clock."""

    end: Hour = "18:00"
    """By the host's clock."""

    @model_validator(mode="after")
    def _begin_before_they_end(self) -> Self:
        if self.begin >= self.end:
            raise ValueError(f"end: {self.end} is not after {self.begin}: office hours are within one day")
        return self


class Second(Settings):
    """A copy of the repositories in another place: what becomes of the first one leaves it alone."""

    place: S3 | Rclone
    """A bucket with a folder, or a remote of rclone's: none of the first place's."""

    at: Calendar = "*-*-* 22:00"
    """When what is new is copied."""

    upload_limit_mib: Limit | None = None
    """MiB per second that are copied at most; None: no limit."""

    office_hours: OfficeHours | None = None
    """Another limit by day; None: the same all day."""

    delete_after_days: Annotated[int, Field(ge=1, le=3650)] = 14
    """What the first place has no longer is deleted after so many days, of which only those count in which
    copies were made."""

    verify_at: Calendar = "Mon *-*-* 06:00"
    """When the copy's newest backups are restored in a trial."""

    verify_whole_mib: Annotated[int, Field(ge=0, le=2**30)] = 256
    """Data of at most so many MiB is restored whole then, of larger data a sample. A cluster of PostgreSQL
    is always restored whole."""

    scratch: Folder = f"{SECOND_STATE}/scratch"
    """Where files are restored meanwhile."""

    @property
    def bandwidth(self) -> str:
        """The limit as rclone writes it, by day of the week and time; empty: none."""
        usual = f"{self.upload_limit_mib}M" if self.upload_limit_mib else "off"
        if self.office_hours is None:
            return "" if usual == "off" else usual
        office = self.office_hours
        days = ("Mon", "Tue", "Wed", "Thu", "Fri")
        each = (
            (f"{day}-{office.begin},{office.upload_limit_mib}M", f"{day}-{office.end},{usual}")
            for day in days
        )
        return " ".join(entry for pair in each for entry in pair)
