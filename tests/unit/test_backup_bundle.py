"""The bundle of the inventory's repository: what is in it, who opens it, and when it is behind."""

from __future__ import annotations

import hashlib
import json
import subprocess
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from rigwright.backup import bundle, judge
from rigwright.backup.bundle import About
from rigwright.desired.program import shell
from rigwright.errors import RigError
from rigwright.secrets import Secret, age, recovery, store
from rigwright.secrets.identity import create_identity
from rigwright.secrets.recipients import Recipient

NOW = datetime(2027, 3, 1, 12, tzinfo=timezone.utc)
PROGRAM = "backup/programs/bundle.sh"


def git(folder: Path, *words: str) -> str:
    name = ("-c", "user.name=anna", "-c", "user.email=anna@example.org", "-c", "init.defaultBranch=main")
    done = subprocess.run(["git", "-C", folder, *name, *words], capture_output=True, text=True, check=True)
    return done.stdout.strip()


@pytest.fixture
def stores(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of the stores in a repository where all is committed."""
    monkeypatch.setenv("RIG_IDENTITY", str(tmp_path / "anna"))
    root = tmp_path / "site"
    folder = root / "inventories" / "secrets"
    folder.mkdir(parents=True)
    key = create_identity(tmp_path / "anna")
    store.change_recipients(folder, lambda _: (Recipient("anna", key),))
    secret = Secret("passphrase", "x9Kq2LmV7tRz4WbN8pYc3HdF6sGj1QeA")
    store.change(folder / "prod.age", lambda content: content.with_secret(secret, "password", NOW))
    (root / "inventories" / "prod.py").write_text("hosts = []\n")
    git(root, "init", "--quiet")
    commit(root)
    return folder


def commit(root: Path) -> None:
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--message=as it is")


@pytest.fixture
def sheet(stores: Path) -> age.Identity:
    """The identity of a recovery sheet, which is committed."""
    identity = age.new_identity()
    recovery.adopt(stores, identity, NOW)
    commit(stores.parents[1])
    return identity


def test_the_sheet_opens_it_and_all_that_is_committed_is_in_it(
    stores: Path, sheet: age.Identity, tmp_path: Path
) -> None:
    packed = bundle.pack(stores)
    file = tmp_path / "site.bundle"
    file.write_bytes(age.decrypt(packed.content.encode(), [sheet]))
    git(tmp_path, "clone", "--quiet", str(file), "again")
    again = tmp_path / "again"
    assert (again / "inventories" / "prod.py").read_text() == "hosts = []\n"
    assert git(again, "rev-parse", "HEAD") == packed.about.commit == git(stores, "rev-parse", "HEAD")
    assert git(again, "branch", "--show-current") == "main"
    assert set(store.read(again / "inventories" / "secrets" / "prod.age", [sheet]).entries) == {"passphrase"}
    assert (packed.left_out, packed.secrets_left_out) == ((), ())


def test_a_check_opens_it_and_the_stores_in_it(stores: Path, sheet: age.Identity) -> None:
    assert bundle.opened(bundle.pack(stores).content, sheet, stores) == 1


def test_another_sheet_or_a_changed_byte_does_not(stores: Path, sheet: age.Identity) -> None:
    content = bundle.pack(stores).content
    with pytest.raises(RigError, match="not encrypted for this sheet"):
        bundle.opened(content, age.new_identity(), stores)
    middle = len(content) // 2
    changed = content[:middle] + ("A" if content[middle] != "A" else "B") + content[middle + 1 :]
    with pytest.raises(RigError, match="is damaged"):
        bundle.opened(changed, sheet, stores)


def test_a_sheet_that_came_after_it_does_not_open_it(stores: Path) -> None:
    content = bundle.pack(stores).content
    late = age.new_identity()
    recovery.adopt(stores, late, NOW)
    with pytest.raises(RigError, match="not encrypted for this sheet"):
        bundle.opened(content, late, stores)


def test_what_is_not_committed_is_named_and_missing_secrets_are_a_failure(stores: Path) -> None:
    (stores.parent / "new.py").write_text("hosts = []\n")
    packed = bundle.pack(stores)
    assert (packed.left_out, packed.secrets_left_out) == (("inventories/new.py",), ())
    secret = Secret("other", "y9Kq2LmV7tRz4WbN8pYc3HdF6sGj1QeA")
    store.change(stores / "prod.age", lambda content: content.with_secret(secret, "password", NOW))
    assert bundle.pack(stores).secrets_left_out == ("inventories/secrets/prod.age",)


def test_secrets_that_git_ignores_are_missing_too(stores: Path) -> None:
    root = stores.parents[1]
    (root / ".gitignore").write_text("*.age\n")
    git(root, "rm", "--quiet", "--cached", "inventories/secrets/prod.age")
    commit(root)
    assert bundle.pack(stores).secrets_left_out == ("inventories/secrets/prod.age",)


def test_without_a_repository_or_without_its_history_there_is_none(stores: Path, tmp_path: Path) -> None:
    with pytest.raises(RigError, match="in no repository of git"):
        bundle.pack(tmp_path)
    git(tmp_path, "clone", "--quiet", "--depth=1", f"file://{stores.parents[1]}", "shallow")
    with pytest.raises(RigError, match="shallow"):
        bundle.pack(tmp_path / "shallow" / "inventories" / "secrets")


def test_it_is_behind_by_what_was_committed_since(stores: Path, tmp_path: Path) -> None:
    root = stores.parents[1]
    known = bundle.pack(stores).about
    assert bundle.behind(stores, known) == 0
    git(tmp_path, "clone", "--quiet", str(root), "other")
    (root / "inventories" / "prod.py").write_text("hosts = [1]\n")
    commit(root)
    assert bundle.behind(stores, known) == 1
    newer = bundle.pack(stores).about
    assert bundle.behind(tmp_path / "other" / "inventories" / "secrets", newer) == 0


@pytest.mark.parametrize(
    ("about", "behind", "expected"),
    [
        (None, 0, "there is none"),
        (About("ab", int((NOW - timedelta(days=3)).timestamp()), "", 1), 2, "3 d old and lacks 2 commits"),
        (About("ab", int(NOW.timestamp()), "", 1), 0, None),
    ],
)
def test_one_that_is_missing_or_behind_is_a_finding(
    about: About | None, behind: int, expected: str | None
) -> None:
    found = [
        one.summary
        for one in judge.bundle_findings("web", "backup", "repository", about, behind=behind, now=NOW)
    ]
    assert (not found) if expected is None else (len(found) == 1 and expected in found[0])


@pytest.mark.parametrize("text", ["", "null", "{}", '{"here": true, "about": {"commit": 1}}', "[]"])
def test_what_cannot_be_read_is_unknown_and_never_no_bundle(text: str) -> None:
    with pytest.raises(RigError, match="cannot be read"):
        bundle.about(text, "web")


def on_host(path: Path, verb: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    command = shell(PROGRAM, verb, variables={"path": str(path), "mount": "/"})
    return subprocess.run(["sh", "-c", command], input=stdin, capture_output=True, text=True, check=False)


def test_the_host_keeps_it_whole_or_keeps_the_one_before(stores: Path, tmp_path: Path) -> None:
    path = tmp_path / "repository"
    path.mkdir()
    assert json.loads(on_host(path, "about").stdout)["about"] is None
    packed = bundle.pack(stores)
    assert on_host(path, "keep", packed.stream).returncode == 0
    assert on_host(path, "get").stdout == packed.content
    cut = on_host(path, "keep", packed.stream[:-100])
    assert (cut.returncode, "did not arrive whole" in cut.stderr) == (1, True)
    here, known = bundle.about(on_host(path, "about").stdout, "web")
    assert known == packed.about
    assert known.sha256 == hashlib.sha256(on_host(path, "get").stdout.encode()).hexdigest()
    assert isinstance(here, bool)
    assert (path / bundle.NAME).stat().st_mode & 0o777 == 0o600


def test_the_host_follows_no_link(stores: Path, tmp_path: Path) -> None:
    path = tmp_path / "repository"
    path.mkdir()
    (tmp_path / "elsewhere").mkdir()
    (path / "rigwright-objects").symlink_to(tmp_path / "elsewhere")
    assert "is a link" in on_host(path, "keep", bundle.pack(stores).stream).stderr
    assert not [*(tmp_path / "elsewhere").iterdir()]
