"""The recovery sheet: it opens the secrets, its key is on it alone, and a check proves both."""

from __future__ import annotations

import json
import os
import re
import stat
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from click.testing import CliRunner, Result

from deploys.backup.bundles import place_of
from deploys.backup.on_host.metrics import exposition
from deploys.backup.recovery import RECOVERY
from deploys.backup.settings import S3, BackupSettings
from deploys.rig import Machine, Rig
from rigwright.backup.judge import recovery_findings
from rigwright.backup.sheet import Sheet, SheetHost, as_text
from rigwright.cli import cli
from rigwright.errors import RigError
from rigwright.repository import ROOT
from rigwright.secrets import Secret, Secrets, age, recovery, store
from rigwright.secrets.recovery import Recovery
from tests.golden.backup_scenario import PASSPHRASE, by_restic
from tests.support import qr

NOW = datetime(2027, 3, 1, 12, tzinfo=timezone.utc)
INVENTORY = """
from pathlib import Path
from deploys.backup.settings import BackupSettings, Local, ResticBackups
from deploys.rig import Machine, Rig
from rigwright.inventory.load import ssh_host
from rigwright.secrets import Secrets

passphrase = Secrets("prod", Path("{directory}"))["restic_passphrase"]
restic = ResticBackups(repository=Local(path="/mnt/backup/files", mount="/mnt/backup"), passphrase=passphrase)
_rig = Rig(machine=Machine(os="debian13"), backup=BackupSettings(restic=restic))
hosts = [ssh_host("studio", _rig, address="192.0.2.10")]
"""
Run = Callable[..., Result]


@pytest.fixture
def directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the stores of this test are; the identity is beside it."""
    monkeypatch.setenv("RIG_IDENTITY", str(tmp_path / "anna"))
    return tmp_path / "secrets"


@pytest.fixture
def rig(directory: Path, tmp_path: Path) -> Run:
    """Run ``rig`` with a store that has the passphrase of a host's repository."""

    def run(*words: str, stdin: str = "") -> Result:
        group = words[: 1 if words[0] == "secret" else 2]
        options = ["--directory", str(directory)]
        named = [str(inventory)] if words[0] == "backup" else []
        return CliRunner().invoke(cli, [*group, *named, *options, *words[len(group) :]], input=stdin)

    inventory = tmp_path / "prod.py"
    inventory.write_text(INVENTORY.format(directory=directory))
    assert run("secret", "init", "--name", "anna").exit_code == 0
    assert run("secret", "generate", "prod", "restic_passphrase").exit_code == 0
    return run


def printed_key(text: str) -> str:
    """The key as the sheet has it in text, without spaces."""
    found = re.search(r"AGE-SECRET-KEY-1\n((?:[ ]*[A-Z0-9 ]+\n){3})", re.sub(r"(?:<[^>]*>\s*)+", "\n", text))
    assert found, "the sheet has no key"
    return "AGE-SECRET-KEY-1" + "".join(re.findall("[A-Z0-9]", found[1]))


def made(rig: Run, *options: str) -> str:
    result = rig("backup", "sheet", *options)
    assert result.exit_code == 0, result.output + str(result.exception)
    return printed_key(result.stdout)


def failure(result: Result) -> str:
    assert isinstance(result.exception, RigError), result.output
    return str(result.exception)


def test_its_key_opens_the_secrets_and_no_identity_of_an_operator_is_needed(
    rig: Run, directory: Path
) -> None:
    (identity,) = age.identities(made(rig))
    assert set(store.read(directory / "prod.age", [identity]).entries) == {"restic_passphrase"}
    assert [one.name for one in store.read_recipients(directory)][1].startswith("recovery sheet of 20")


def test_its_code_holds_the_same_key(rig: Run) -> None:
    text = rig("backup", "sheet").stdout
    lines = [line for line in text.splitlines() if set(line) & set("▀▄█")]
    assert qr.decode(qr.from_text(lines)) == printed_key(text)


def test_its_key_is_in_no_file_and_in_no_message(rig: Run, tmp_path: Path) -> None:
    """Canary: what is on paper is on paper alone."""
    result = rig("backup", "sheet")
    key = printed_key(result.stdout)
    said = [result.stderr, str(os.environ), *(repr(frame) for frame in vars(recovery).values())]
    every = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert {"prod.age", "recipients.txt", "recovery.json", "anna"} <= {path.name for path in every}
    texts = [*said, *(path.read_text(errors="replace") for path in every)]
    assert not [text for text in texts if key[20:40] in text.upper().replace(" ", "")]
    checked = rig("backup", "sheet", "--check", "--secrets-only", stdin=key)
    assert key[20:40] not in checked.output


def test_it_names_where_the_backups_are_and_who_reads_them(rig: Run) -> None:
    text = rig("backup", "sheet").stdout
    assert "Backups of studio (debian13 192.0.2.10)" in text
    assert "repository of files (restic): /mnt/backup/files, on the disk that the host mounts at" in text
    assert "./rig secret init --sheet" in text


def test_as_a_page_it_fetches_nothing_runs_nothing_and_is_for_its_owner(rig: Run, tmp_path: Path) -> None:
    out = tmp_path / "sheet.html"
    result = rig("backup", "sheet", "--out", str(out))
    assert result.exit_code == 0, result.output
    page = out.read_text()
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    assert "default-src 'none'" in page
    assert not re.search(r"<(?:script|img|link|iframe)|\b(?:src|href)=|url\(|@import", page)
    key = printed_key(page)
    assert key[20:40] not in result.output
    assert age.identities(key)
    assert f"shred -u {out}" in result.stderr


def test_the_page_has_the_code_as_a_drawing_of_the_same_modules(rig: Run, tmp_path: Path) -> None:
    out = tmp_path / "sheet.html"
    rig("backup", "sheet", "--out", str(out))
    page = out.read_text()
    drawing = ET.fromstring(page[page.index("<svg") : page.index("</svg>") + 6])  # noqa: S314  our own
    assert qr.decode(qr.from_svg(drawing)) == printed_key(page)


@pytest.mark.parametrize(
    ("name", "message"),
    [(str(ROOT / "sheet.html"), "in the repository"), ("{tmp}/anna.txt", "exists"), ("{tmp}/x.pdf", "")],
)
def test_a_file_that_keeps_it_by_mistake_is_refused_before_a_key_is_made(
    rig: Run, directory: Path, tmp_path: Path, name: str, message: str
) -> None:
    (tmp_path / "anna.txt").write_text("mine")
    result = rig("backup", "sheet", "--out", name.format(tmp=tmp_path))
    assert result.exit_code != 0
    assert message in str(result.exception)
    assert (tmp_path / "anna.txt").read_text() == "mine"
    assert recovery.read(directory).key is None


@pytest.mark.parametrize(
    "typing",
    [
        str,
        str.lower,
        lambda key: f"{key[:16]}\n" + " ".join(re.findall("..?.?.?", key[16:])) + "\n",
        lambda key: key[:16] + key[16:].replace("0", "o").replace("8", "b"),
    ],
    ids=["scanned", "small letters", "in groups", "letters for digits"],
)
def test_a_check_takes_it_as_people_type_it_and_records_the_day(
    rig: Run, directory: Path, typing: Callable[[str], str]
) -> None:
    result = rig("backup", "sheet", "--check", "--secrets-only", stdin=typing(made(rig)))
    assert result.exit_code == 0, result.exception
    assert "prod.age: 1 secret" in result.output
    proved = recovery.read(directory).proved
    assert proved is not None
    assert datetime.now(timezone.utc) - proved < timedelta(minutes=5)


def test_a_wrong_letter_is_noticed_and_not_repeated(rig: Run, directory: Path) -> None:
    key = made(rig)
    wrong = key[:30] + ("Q" if key[30] != "Q" else "P") + key[31:]
    for text in (wrong, key[:-1], "", "hunter2"):
        result = rig("backup", "sheet", "--check", "--secrets-only", stdin=text)
        assert "a letter is wrong" in failure(result)
        assert not text or text not in failure(result)
    assert recovery.read(directory).proved is None


def test_another_sheet_proves_nothing(rig: Run, directory: Path) -> None:
    made(rig)
    result = rig("backup", "sheet", "--check", "--secrets-only", stdin=str(age.new_identity()))
    assert "this is another sheet" in failure(result)
    assert recovery.read(directory).proved is None


def test_a_sheet_that_no_longer_opens_a_store_is_an_error(rig: Run, directory: Path) -> None:
    key = made(rig)
    own = age.identities((directory.parent / "anna").read_text())
    content = age.encrypt(b"{}", [age.public_key(own[0])])
    (directory / "other.age").write_bytes(content)
    assert "other.age" in failure(rig("backup", "sheet", "--check", "--secrets-only", stdin=key))
    assert recovery.read(directory).proved is None


def test_a_second_one_needs_the_word_and_takes_the_first_its_access(rig: Run, directory: Path) -> None:
    (first,) = age.identities(made(rig))
    assert "there is a recovery sheet" in failure(rig("backup", "sheet"))
    (second,) = age.identities(made(rig, "--replace"))
    assert store.read(directory / "prod.age", [second])
    with pytest.raises(RigError, match="not encrypted for"):
        store.read(directory / "prod.age", [first])
    assert len(store.read_recipients(directory)) == 2


@pytest.mark.usefixtures("rig")
def test_without_secrets_there_is_nothing_to_open(directory: Path) -> None:
    (directory / "prod.age").unlink()
    result = CliRunner().invoke(
        cli, ["backup", "sheet", str(ROOT / "inventories" / "prod.py"), "--directory", str(directory)]
    )
    assert "a sheet would open nothing" in failure(result)


def test_a_new_operator_gets_in_with_the_sheet_alone(
    rig: Run, directory: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = made(rig)
    (tmp_path / "anna").unlink()
    monkeypatch.setenv("RIG_IDENTITY", str(tmp_path / "eve"))
    result = rig("secret", "init", "--name", "eve", "--sheet", stdin=key)
    assert result.exit_code == 0, result.exception
    assert set(store.read(directory / "prod.age").entries) == {"restic_passphrase"}
    assert key[20:40] not in result.output + (tmp_path / "eve").read_text()


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        (Recovery("stores"), "there is none for stores"),
        (Recovery("stores", "age1x", NOW), "that of 2027-03-01 was never checked"),
        (Recovery("stores", "age1x", NOW, NOW - timedelta(days=379)), None),
        (Recovery("stores", "age1x", NOW, NOW - timedelta(days=381)), "it was last checked 381 d ago"),
    ],
    ids=["none", "never checked", "checked", "checked long ago"],
)
def test_a_sheet_that_is_missing_or_unproved_is_a_finding(known: Recovery, expected: str | None) -> None:
    found = [one.summary for one in recovery_findings("web", "backup", known, NOW)]
    assert [expected in summary for summary in found if expected] == ([True] if expected else [])
    assert len(found) == (expected is not None)


def wanted(passphrase: Secret) -> Rig:
    return Rig(machine=Machine(os="debian13"), backup=BackupSettings(restic=by_restic(passphrase=passphrase)))


def test_a_host_knows_when_the_sheet_of_its_passphrases_was_checked(rig: Run, directory: Path) -> None:
    def on_host() -> dict[str, object] | None:
        one = wanted(Secrets("prod", directory)["restic_passphrase"]).of("backup")
        assert one is not None
        (place,) = one.backup_places
        assert place.store == str(directory)
        files = {file.path: file for file in one.files}
        found: dict[str, object] = json.loads(files[RECOVERY].content)
        return found

    assert on_host() == {"key": None, "checked": 0}
    (identity,) = age.identities(made(rig))
    known = on_host()
    assert known is not None
    assert known["key"] == age.public_key(identity)
    assert abs(int(str(known["checked"])) - datetime.now().timestamp()) < 300  # noqa: DTZ005


def test_a_passphrase_from_no_store_has_no_sheet_to_be_checked() -> None:
    one = wanted(Secret("restic_passphrase", "not-from-a-store-7Qw2xY9bK4mT")).of("backup")
    assert one is not None
    assert [place.store for place in one.backup_places] == [None]
    assert RECOVERY not in {file.path for file in one.files}


def test_a_recipient_who_was_removed_is_no_recovery_key(rig: Run, directory: Path) -> None:
    made(rig)
    name = store.read_recipients(directory)[1].name
    assert rig("secret", "recipients", "remove", name).exit_code == 0
    assert recovery.read(directory).key is None


def test_a_damaged_record_is_an_error_with_a_way_out(rig: Run, directory: Path) -> None:
    made(rig)
    for text in ("", "[]", '{"key": 1}', '{"key": "age1", "made": "x", "proved": null}'):
        (directory / recovery.RECORD).write_text(text)
        with pytest.raises(RigError, match="damaged"):
            recovery.read(directory)


def test_metrics_of_it_have_their_meaning() -> None:
    text = exposition([("recovery_key", "", 1.0), ("recovery_checked_timestamp_seconds", "", 1e9)])
    assert "rigwright_backup_recovery_key 1\n" in text
    assert "rigwright_backup_recovery_checked_timestamp_seconds 1000000000\n" in text


def test_a_place_that_is_no_disk_is_found_and_opened_by_what_is_on_the_sheet() -> None:
    """The secrets are in the bundle, and that is in the bucket."""
    bucket = S3(
        endpoint="https://s3.example.com",
        bucket="studio-backup",
        prefix="studio/files",
        region="eu-1",
        key_id="AKIAEXAMPLE",
        secret_key=Secret("s3_key", "opens-the-bucket-7Qw2xY9bK4mT"),
    )
    place = place_of("repository", bucket, "restic", PASSPHRASE, state="/var/lib/x", objects="first")
    hosts = (SheetHost("web", "debian13", (place, place)),)
    key = Secret("key", str(age.new_identity()))
    text = as_text(Sheet(key, "age1", NOW, "anna", "abc", ("prod.age",), hosts), coloured=False)
    assert "https://s3.example.com/studio-backup/studio/files, with the key AKIAEXAMPLE" in text
    assert text.count("opens-the-bucket-7Qw2xY9bK4mT") == 1
    assert "opens-the-bucket" not in repr(place)
    assert place.keep
    assert not place_of("other", bucket, "restic", PASSPHRASE, state="/var/lib/x", objects=None).keep
