"""Repositories in a bucket: what settings refuse, what a host is given, and what is known of one."""

from __future__ import annotations

import json
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest
from pydantic import ValidationError

from deploys.backup.on_host.bucket import Marked, not_this_hosts
from deploys.backup.on_host.repository import RepositoryError
from deploys.backup.on_host.s3 import Bucket
from deploys.backup.on_host.versions_kept import unversioned
from deploys.backup.repository import InBucket
from deploys.backup.settings import S3, BackupSettings, Local, PostgresBackups, ResticBackups
from deploys.postgres.settings import PostgresSettings
from deploys.rig import Machine, Rig
from rigwright.desired import Desired
from rigwright.secrets.value import Secret
from rigwright.settings.platform import Os

PASSPHRASE = Secret("backup_passphrase", "x9Kq2LmV7tRz4WbN8pYc3HdF6sGj1QeA")
KEY = Secret("s3_key", "wJalrXUtnFEMIK7MDENGbPxRfiCYzEXAMPLEKEY1")
FOLDER = "/etc/rigwright/backup"
PEM = "-----BEGIN CERTIFICATE-----\nof the authority\n-----END CERTIFICATE-----\n"


def s3(**more: Any) -> S3:
    given = {"endpoint": "https://s3.example.com", "bucket": "studio", "prefix": "one", "key_id": "AKIA"}
    return S3(**{**given, "secret_key": KEY, **more})


def backup(os: Os = "debian13", **more: Any) -> Desired:
    settings = BackupSettings(
        repository=s3(prefix="studio/postgresql", **more),
        postgres=PostgresBackups(passphrase=PASSPHRASE),
        restic=ResticBackups(repository=s3(prefix="studio/files", **more), passphrase=PASSPHRASE),
    )
    found = Rig(machine=Machine(os=os), postgres=PostgresSettings(), backup=settings).of("backup")
    assert found is not None
    return found


def content(one: Desired, path: str) -> str:
    return next(file.content for file in one.files if file.path == path).decode()


@pytest.mark.parametrize(
    "more",
    [
        {"endpoint": "http://s3.example.com"},
        {"endpoint": "https://s3.example.com/studio"},
        {"endpoint": "s3.example.com"},
        {"bucket": "Studio"},
        {"bucket": "ab"},
        {"prefix": ""},
        {"prefix": "/studio"},
        {"prefix": "studio/"},
        {"prefix": "studio/../other"},
        {"key_id": "two words"},
        {"region": "eu west"},
        {"ca": "/etc/ssl/ca.pem"},
        {"secret_key": Secret("s3_key", "two words")},
        {"secret_key": Secret("s3_key", "line\nrepo1-s3-verify-tls=n")},
        {"secret_key": Secret("s3_key", "")},
    ],
)
def test_what_no_endpoint_takes_is_refused(more: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match=next(iter(more))) as refused:
        s3(**more)
    assert "two words" not in str(refused.value)


def test_two_repositories_in_one_folder_of_a_bucket_are_refused() -> None:
    for prefix in ("studio", "studio/files"):
        with pytest.raises(ValidationError, match="name two beside each other"):
            BackupSettings(
                repository=s3(prefix="studio"),
                postgres=PostgresBackups(passphrase=PASSPHRASE),
                restic=ResticBackups(repository=s3(prefix=prefix), passphrase=PASSPHRASE),
            )


def test_a_disk_and_a_bucket_are_apart() -> None:
    BackupSettings(
        repository=Local(path="/mnt/backup/postgresql", mount="/mnt/backup"),
        postgres=PostgresBackups(passphrase=PASSPHRASE),
        restic=ResticBackups(repository=s3(), passphrase=PASSPHRASE),
    )


def test_the_key_is_in_files_that_only_their_account_reads_and_in_no_command() -> None:
    one = backup()
    holding = {file.path: file for file in one.files if KEY.reveal_bytes() in file.content}
    assert {(path, file.mode, file.owner, file.group, file.secret) for path, file in holding.items()} == {
        (f"{FOLDER}/pgbackrest.conf", 0o640, "root", "postgres", True),
        (f"{FOLDER}/repository.json", 0o640, "root", "postgres", True),
        (f"{FOLDER}/files-repository.json", 0o600, "root", "root", True),
    }
    commands = [
        *(step.command + step.only_if for step in one.steps),
        *(state.command for state in one.runtime_states),
        *(tool.known for tool in one.backup_tools),
    ]
    assert commands
    assert not [command for command in commands if KEY.reveal() in command]


@pytest.mark.parametrize("os", get_args(Os))
def test_pgbackrest_is_given_the_bucket(os: Os) -> None:
    lines = content(backup(os, endpoint="https://s3.example.com:8443", ca=PEM), f"{FOLDER}/pgbackrest.conf")
    assert {
        "repo1-type=s3",
        "repo1-path=/studio/postgresql",
        "repo1-s3-endpoint=s3.example.com",
        "repo1-storage-port=8443",
        "repo1-s3-bucket=studio",
        "repo1-s3-uri-style=path",
        f"repo1-storage-ca-file={FOLDER}/repository-ca.pem",
        f"repo1-s3-key-secret={KEY.reveal()}",
    } <= {*lines.splitlines()}


def test_units_of_a_bucket_have_a_network_and_wait_for_no_disk() -> None:
    one = backup()
    for name in ("rigwright-backup-full", "rigwright-backup-query", "rigwright-backup-files"):
        text = content(one, f"/etc/systemd/system/{name}.service")
        assert "PrivateNetwork" not in text
        assert "RequiresMountsFor" not in text
        assert "https" not in text


def test_the_measuring_has_none() -> None:
    assert "PrivateNetwork=yes" in content(backup(), "/etc/systemd/system/rigwright-backup-metrics.service")


@pytest.fixture
def silent() -> Iterator[str]:
    """An endpoint that accepts connections and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"https://127.0.0.1:{server.getsockname()[1]}"


def reached(endpoint: str, state: Path) -> Marked:
    bucket = Bucket(f"{endpoint}/b/p", endpoint, "b", "p", "r", "k", KEY.reveal(), wait_seconds=0.2)
    return Marked(bucket, state, "root", "/usr/local/lib/rigwright/backup/files-repository")


def test_a_refusing_and_a_silent_endpoint_are_errors_that_name_it(tmp_path: Path, silent: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as gone:
        refusing = f"https://127.0.0.1:{gone.getsockname()[1]}"
    for endpoint in (refusing, silent):
        place = reached(endpoint, tmp_path)
        with pytest.raises(
            RepositoryError, match=f"{endpoint}/b/p: it does not respond: .*check the network"
        ):
            place.find()
        assert place.seen()["reached"] == "no"


def test_what_was_known_of_it_stays_known_while_it_is_away(tmp_path: Path, silent: str) -> None:
    place = reached(silent, tmp_path)
    known = {"place": place.bucket.url, "at": 1, "reached": "yes", "owner": "this host", "versioned": "no"}
    (tmp_path / "place.json").write_text(json.dumps(known))
    with pytest.raises(RepositoryError):
        place.find()
    seen = place.seen()
    assert (seen["reached"], seen["owner"], seen["versioned"]) == ("no", "this host", "no")
    assert time.time() - seen["at"] < 60
    assert KEY.reveal() not in (tmp_path / "place.json").read_text()


def test_what_was_known_of_another_bucket_is_not_known_of_this_one(tmp_path: Path) -> None:
    (tmp_path / "place.json").write_text(json.dumps({"place": "https://s3.example.com/other/one"}))
    assert reached("https://s3.example.com", tmp_path).seen() == {}


@pytest.mark.parametrize(
    ("owner", "refused"),
    [("this host", False), ("another host", True), ("none", True), ("unknown", True), (None, True)],
)
def test_only_a_bucket_with_the_mark_of_this_host_is_written_to(owner: str | None, refused: bool) -> None:
    assert (not_this_hosts({"owner": owner}, "https://s3.example.com/b/p") is not None) == refused


@pytest.mark.parametrize(("versioned", "said"), [("yes", 0), ("no", 1), ("unknown", 1)])
def test_a_bucket_that_keeps_no_versions_is_a_problem_with_its_cure(
    tmp_path: Path, versioned: str, said: int
) -> None:
    known = {"place": "https://s3.example.com/b/p", "reached": "yes", "versioned": versioned}
    (tmp_path / "place.json").write_text(json.dumps(known))
    lines = [*unversioned(tmp_path, "/usr/local/lib/rigwright/backup/repository")]
    assert len(lines) == said
    assert all(line.endswith("backup/repository keep-versions") for line in lines)


def test_of_a_disk_no_versions_are_asked(tmp_path: Path) -> None:
    assert not [*unversioned(tmp_path, "repository")]


@pytest.mark.parametrize(
    ("known", "pending"),
    [
        (None, True),
        ({"place": "https://s3.example.com/studio/one", "owner": "unknown"}, True),
        ({"place": "https://s3.example.com/studio/other", "owner": "this host"}, True),
        ({"place": "https://s3.example.com/studio/one", "owner": "this host"}, False),
        ({"place": "https://s3.example.com/studio/one", "owner": "another host"}, False),
        ({"place": "https://s3.example.com/studio/one", "owner": "none"}, False),
    ],
)
def test_a_bucket_is_marked_once_and_not_before_it_was_reached(
    tmp_path: Path, known: dict[str, str] | None, pending: bool
) -> None:
    if known:
        (tmp_path / "place.json").write_text(json.dumps(known) + "\n")
    step = InBucket("repository", "repository", s3(), str(tmp_path)).mark()
    code = subprocess.run(["sh", "-c", step.only_if], check=False).returncode
    assert code == (0 if pending else 1)


def test_a_secret_is_in_no_text_of_a_bucket() -> None:
    bucket = reached("https://s3.example.com", Path("/nowhere")).bucket
    assert KEY.reveal() not in repr(bucket)
    assert KEY.reveal() not in repr(s3())
