"""A store opens for its recipients; for others the error names the next step."""

from __future__ import annotations

import stat
from datetime import datetime, timezone
from pathlib import Path

import pytest

from rigwright.errors import RigError
from rigwright.secrets import LabSecrets, Secret, Secrets, identity, store
from rigwright.secrets.document import Document
from rigwright.secrets.identity import create_identity
from rigwright.secrets.quality import session_secret
from rigwright.secrets.recipients import Recipient

CANARY = "canary-Zq8vR2-never-shown"
NOW = datetime(2026, 3, 1, tzinfo=timezone.utc)


@pytest.fixture
def anna(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Anna's identity is in use, and she is the only recipient; the directory of the stores."""
    monkeypatch.setenv("RIG_IDENTITY", str(tmp_path / "anna"))
    key = create_identity(tmp_path / "anna")
    directory = tmp_path / "secrets"
    store.change_recipients(directory, lambda _: (Recipient("anna", key),))
    return directory


def put(directory: Path, name: str = "db", value: str | bytes = CANARY) -> Document:
    path = directory / "prod.age"
    return store.change(path, lambda content: content.with_secret(Secret(name, value), "password", NOW))


def test_what_is_stored_is_read_by_name(anna: Path) -> None:
    put(anna)
    put(anna, "blob", b"\xff\x00")
    secrets = Secrets("prod", anna)
    assert secrets["db"].reveal() == CANARY
    assert secrets["blob"].reveal_bytes() == b"\xff\x00"
    assert "db" in secrets
    assert sorted(secrets) == ["blob", "db"]


def test_it_is_decrypted_once_and_not_before_a_name_is_read(anna: Path) -> None:
    secrets = Secrets("prod", anna)
    put(anna)
    assert secrets["db"]
    (anna / "prod.age").unlink()
    assert Secrets("prod", anna)["db"].reveal() == CANARY


def test_the_file_is_armored_private_and_shows_no_name(anna: Path) -> None:
    put(anna)
    content = (anna / "prod.age").read_bytes()
    assert content.startswith(b"-----BEGIN AGE ENCRYPTED FILE-----\n")
    assert stat.S_IMODE((anna / "prod.age").stat().st_mode) == 0o600
    assert CANARY not in repr(Secrets("prod", anna))


def test_a_missing_secret_names_itself_the_file_and_the_command(anna: Path) -> None:
    put(anna)
    with pytest.raises(RigError) as caught:
        Secrets("prod", anna)["tls_key"]
    assert caught.value.next_step == "rig secret set prod tls_key"
    assert caught.value.file == str(anna / "prod.age")
    assert "tls_key" in caught.value.what


def test_a_missing_store_names_the_command_to_begin(anna: Path) -> None:
    with pytest.raises(RigError, match="rig secret set prod NAME"):
        store.read(anna / "prod.age")


def test_without_an_identity(anna: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(anna)
    monkeypatch.setenv("RIG_IDENTITY", str(anna / "missing"))
    with pytest.raises(RigError, match="rig secret init") as caught:
        store.read(anna / "prod.age")
    assert caught.value.file == str(anna / "missing")


def test_with_the_wrong_identity_the_error_holds_the_command_for_a_colleague(
    anna: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(anna)
    key = create_identity(tmp_path / "bob")
    monkeypatch.setenv("RIG_IDENTITY", str(tmp_path / "bob"))
    with pytest.raises(RigError, match=f"rig secret recipients add {key} YOUR-NAME"):
        store.read(anna / "prod.age")


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604])
def test_an_identity_open_to_others_is_refused_unread(anna: Path, tmp_path: Path, mode: int) -> None:
    put(anna)
    (tmp_path / "anna").chmod(mode)
    with pytest.raises(RigError, match="chmod 600"):
        store.read(anna / "prod.age")


@pytest.mark.parametrize("text", ["", "AGE-SECRET-KEY-1CANARY", "-----BEGIN PRIVATE KEY-----\nCANARY"])
def test_an_identity_file_with_something_else_is_refused_unshown(
    anna: Path, tmp_path: Path, text: str
) -> None:
    put(anna)
    (tmp_path / "anna").write_text(text)
    with pytest.raises(RigError, match="no usable age identity") as caught:
        store.read(anna / "prod.age")
    assert "CANARY" not in str(caught.value)


@pytest.mark.parametrize(
    "damage",
    [
        lambda content: content[:0],
        lambda content: content[:-60],
        lambda content: content[:120],
        lambda content: content.replace(b"Y", b"Z"),
    ],
)
def test_a_damaged_store_points_at_the_last_good_version(anna: Path, damage: object) -> None:
    assert callable(damage)
    put(anna)
    path = anna / "prod.age"
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(RigError, match="git log"):
        store.read(path)


def test_a_merge_conflict_is_called_one(anna: Path) -> None:
    put(anna)
    path = anna / "prod.age"
    path.write_bytes(b"<<<<<<< HEAD\n" + path.read_bytes() + b"=======\n>>>>>>> other\n")
    with pytest.raises(RigError, match="two branches"):
        store.read(path)


def test_an_operator_cannot_write_a_store_that_they_cannot_read(
    anna: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(anna)
    before = (anna / "prod.age").read_bytes()
    create_identity(tmp_path / "bob")
    monkeypatch.setenv("RIG_IDENTITY", str(tmp_path / "bob"))
    with pytest.raises(RigError, match="your own key"):
        put(anna)
    assert (anna / "prod.age").read_bytes() == before


def test_a_line_deleted_by_hand_counts_as_a_removal(anna: Path, tmp_path: Path) -> None:
    bob = Recipient("bob", create_identity(tmp_path / "bob"))
    store.change_recipients(anna, lambda listed: (*listed, bob))
    put(anna)
    store.change_recipients(anna, lambda listed: listed[:1])
    assert store.read(anna / "prod.age").known_to("db") == (bob,)


def test_recipients_change_in_all_stores_or_in_none(anna: Path, tmp_path: Path) -> None:
    put(anna)
    (anna / "other.age").write_bytes(b"damaged")
    before = {path.name: path.read_bytes() for path in anna.iterdir()}
    bob = Recipient("bob", create_identity(tmp_path / "bob"))
    with pytest.raises(RigError, match=r"other\.age"):
        store.change_recipients(anna, lambda listed: (*listed, bob))
    assert {path.name: path.read_bytes() for path in anna.iterdir()} == before


def test_an_identity_is_private_and_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "config" / "identity"
    key = create_identity(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert identity.public_keys(path) == [key]
    with pytest.raises(RigError, match="exists already"):
        create_identity(path)
    assert identity.public_keys(path) == [key]


def test_where_the_identity_is(tmp_path: Path) -> None:
    assert identity.identity_path({"RIG_IDENTITY": str(tmp_path)}) == tmp_path
    assert identity.identity_path({}) == Path.home() / ".config" / "rigwright" / "identity"


def test_lab_secrets_are_made_once_and_kept_private(tmp_path: Path) -> None:
    directory = tmp_path / "lab"
    first = LabSecrets(directory, {"session_key": session_secret})
    values = {name: first[name].reveal() for name in ("db", "redis", "session_key")}
    assert len({*values.values()}) == 3
    assert len(values["session_key"]) == 86
    again = LabSecrets(directory)
    assert {name: again[name].reveal() for name in values} == values
    assert stat.S_IMODE((directory / "secrets.json").stat().st_mode) == 0o600
    assert not any(value in repr(again) for value in values.values())


@pytest.mark.parametrize(("content", "mode"), [(b'["x"]', 0o600), (b"{}", 0o644), (b"\xff{", 0o600)])
def test_lab_secrets_that_are_damaged_or_open_are_refused(tmp_path: Path, content: bytes, mode: int) -> None:
    (tmp_path / "secrets.json").write_bytes(content)
    (tmp_path / "secrets.json").chmod(mode)
    with pytest.raises(RigError, match="make the lab hosts anew"):
        LabSecrets(tmp_path)["db"]
