"""The second place: what is refused, what a host is given, and what of a copy may be deleted."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from deploys.backup.on_host.copied import copied, nothing_is_copied
from deploys.backup.settings import (
    S3,
    BackupSettings,
    Local,
    OfficeHours,
    PostgresBackups,
    Rclone,
    ResticBackups,
    Second,
)
from deploys.backup.trimming import DAY_SECONDS, SHARE, STEP_SECONDS, trim
from deploys.postgres.settings import PostgresSettings
from deploys.rig import Machine, Rig
from rigwright.desired import Desired
from rigwright.secrets.value import Secret
from tests.unit.test_backup_bucket import KEY, PASSPHRASE, content, s3

TOOLS = "/usr/local/lib/rigwright/backup"
SHOWN_NOWHERE = "not-shown-anywhere-4Wd8"
REMOTE = Secret("drive", f"[drive]\ntype = drive\ntoken = {SHOWN_NOWHERE}\n")
ON_DISK = Local(path="/mnt/backup/postgresql", mount="/mnt/backup")
DELAY = 14 * DAY_SECONDS


def settings(place: S3 | Rclone, repository: Local | S3 = ON_DISK, **more: Any) -> BackupSettings:
    return BackupSettings(
        repository=repository,
        postgres=PostgresBackups(passphrase=PASSPHRASE),
        restic=ResticBackups(
            repository=Local(path="/mnt/backup/files", mount="/mnt/backup"), passphrase=PASSPHRASE
        ),
        second=Second(place=place, **more),
    )


def backup(place: S3 | Rclone, repository: Local | S3 = ON_DISK, **more: Any) -> Desired:
    given = settings(place, repository, **more)
    found = Rig(machine=Machine(os="debian13"), postgres=PostgresSettings(), backup=given).of("backup")
    assert found is not None
    return found


def test_a_second_place_in_the_bucket_of_the_first_is_refused() -> None:
    with pytest.raises(ValidationError, match="is the first place too"):
        settings(s3(prefix="copy"), s3(prefix="studio"))


def test_a_second_place_of_nothing_is_refused() -> None:
    with pytest.raises(ValidationError, match="nothing to copy"):
        BackupSettings(second=Second(place=s3()))


@pytest.mark.parametrize("path", ["/mnt/other", "drive:", "other:backups", "drive:a/../b", "drive:-x"])
def test_a_remote_that_is_no_folder_or_not_configured_is_refused(path: str) -> None:
    with pytest.raises(ValidationError) as refused:
        Rclone(path=path, configuration=REMOTE)
    assert SHOWN_NOWHERE not in str(refused.value)


def test_office_hours_over_midnight_are_refused() -> None:
    with pytest.raises(ValidationError, match="within one day"):
        OfficeHours(upload_limit_mib=1, begin="22:00", end="06:00")


@pytest.mark.parametrize(
    ("limit", "office", "given"),
    [
        (None, None, ""),
        (20, None, "20M"),
        (
            None,
            OfficeHours(upload_limit_mib=2),
            " ".join(f"{day}-08:00,2M {day}-18:00,off" for day in ("Mon", "Tue", "Wed", "Thu", "Fri")),
        ),
        (
            8,
            OfficeHours(upload_limit_mib=1, begin="07:30", end="19:00"),
            " ".join(f"{day}-07:30,1M {day}-19:00,8M" for day in ("Mon", "Tue", "Wed", "Thu", "Fri")),
        ),
    ],
)
def test_limits_are_given_to_rclone_by_day_and_time(
    limit: int | None, office: OfficeHours | None, given: str
) -> None:
    one = backup(s3(), upload_limit_mib=limit, office_hours=office)
    assert json.loads(content(one, f"{TOOLS}/second-place.json"))["bandwidth"] == given


def test_keys_of_both_places_are_in_files_that_only_their_account_reads() -> None:
    token = Secret("second_key", "v7tRz4WbN8pYc3HdF6sGj1QeAx9Kq2Lm")
    one = backup(s3(bucket="copies", prefix="a", secret_key=token))
    for secret in (token, KEY, PASSPHRASE):
        holding = [file for file in one.files if secret.reveal_bytes() in file.content]
        assert all(file.secret for file in holding)
        assert {(file.mode, file.group) for file in holding} <= {(0o600, "root"), (0o640, "postgres")}
    commands = [*(step.command for step in one.steps), *(state.command for state in one.runtime_states)]
    assert not [command for command in commands if token.reveal() in command]


def test_pgbackrest_reads_the_copy_in_the_bucket_and_the_fetched_one_of_another_storage() -> None:
    path = "/etc/rigwright/backup/pgbackrest-second.conf"
    lines = {*content(backup(s3(prefix="copies")), path).splitlines()}
    assert {"repo1-type=s3", "repo1-path=/copies/postgresql", "repo1-s3-bucket=studio"} <= lines
    fetched = content(backup(Rclone(path="drive:copies", configuration=REMOTE)), path)
    assert "repo1-path=/var/lib/rigwright-backup/second\n" in fetched
    assert "repo1-type" not in fetched


def test_rig_backup_knows_the_copy() -> None:
    tool = next(one for one in backup(s3()).backup_tools if one.data == "second place")
    assert (tool.late_seconds, tool.make) == (691_200, "rigwright-backup-second.service")


def test_what_is_in_the_first_place_is_never_deleted() -> None:
    found = trim(["a", "b"], {"a": 1, "b": 1, "c": 1}, {"c": DELAY}, 60, DELAY)
    assert found.delete == ("c",)
    assert found.waited == {}


def test_what_is_gone_waits() -> None:
    waited: dict[str, float] = {}
    second = {"a": 1, "b": 1, "gone": 1}
    for day in range(16):
        found = trim(["a", "b"], second, waited, DAY_SECONDS, DELAY)
        assert (found.delete == ("gone",)) == (day == 14), day
        if found.delete:
            break
        waited = found.waited


def test_what_comes_back_waits_anew() -> None:
    waited = trim(["a"], {"a": 1, "b": 1}, {"b": DELAY - 1}, 0, DELAY).waited
    assert waited["b"] == DELAY - 1
    assert trim(["a", "b"], {"a": 1, "b": 1}, waited, 60, DELAY).waited == {}


def test_an_empty_first_place_deletes_nothing() -> None:
    """Trap 10: an empty mount point."""
    found = trim([], {"a": 1}, {"a": 100 * DELAY}, 60, DELAY)
    assert found.delete == ()
    assert "empty" in found.refused


@pytest.mark.parametrize(
    ("second", "gone"),
    [(dict.fromkeys("abcd", 1), "abc"), ({"a": 100, "b": 1, "c": 1, "d": 1}, "a")],
)
def test_more_than_half_is_not_deleted_at_once(second: dict[str, int], gone: str) -> None:
    waited = dict.fromkeys(gone, float(DELAY))
    found = trim([name for name in second if name not in gone], second, waited, 60, DELAY)
    assert found.delete == ()
    assert "too much to delete at once" in found.refused
    assert {*found.waited} == {*gone}


def test_a_clock_that_jumps_deletes_nothing() -> None:
    """2036, or a host that was off for a year: no more than eight days count between two runs."""
    waited = trim(["a"], {"a": 1, "b": 1}, {"b": 0.0}, 10 * 365 * DAY_SECONDS, DELAY)
    assert waited.delete == ()
    assert waited.waited == {"b": STEP_SECONDS}
    assert trim(["a"], {"a": 1, "b": 1}, {"b": 9.0}, -10.0 * DAY_SECONDS, DELAY).waited == {"b": 9.0}


NAMES = st.sets(st.text("abcdef", min_size=1, max_size=3), max_size=12)


@given(
    NAMES, st.dictionaries(st.text("abcdef", min_size=1, max_size=3), st.integers(0, 9)), st.floats(0, 1e9)
)
def test_no_trim_takes_what_is_there_or_more_than_its_share(
    first: set[str], second: dict[str, int], waited: float
) -> None:
    found = trim(first, second, dict.fromkeys(second, waited), 60, DELAY)
    assert not {*found.delete} & first
    assert len(found.delete) <= SHARE * len(second)
    assert sum(second[name] for name in found.delete) <= SHARE * sum(second.values())
    assert not found.delete or first


def test_nothing_is_removed_while_a_copy_is_made(tmp_path: Path) -> None:
    """The one that copies is another process."""
    code = f"""
from pathlib import Path
from deploys.backup.on_host.copied import copied
with copied(Path({str(tmp_path)!r})):
    print("copying", flush=True)
    input()
"""
    with nothing_is_copied(tmp_path) as free:
        assert free
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout
        assert other.stdin
        assert other.stdout.readline() == "copying\n"
        with nothing_is_copied(tmp_path) as free:
            assert not free
        other.stdin.write("\n")
        other.stdin.close()
        assert other.wait() == 0
    with nothing_is_copied(tmp_path) as free:
        assert free
    with copied(tmp_path):
        pass
