"""Generated secrets are strong, and weak ones are refused with a reason that does not show them."""

from __future__ import annotations

import base64

import pytest

from rigwright.errors import RigError
from rigwright.secrets import Secret
from rigwright.secrets.quality import Kind, generate, weakness


def test_a_generated_password_has_at_least_16_characters_that_need_no_quoting() -> None:
    value = generate("db_password", "password").reveal()
    assert len(value) == 32
    assert value.isascii()
    assert value.isalnum()


def test_a_generated_session_secret_is_64_bytes_of_base64url() -> None:
    value = generate("session", "session").reveal()
    assert len(base64.urlsafe_b64decode(value + "==")) == 64


@pytest.mark.parametrize("kind", ["password", "session"])
def test_what_is_generated_is_new_each_time_and_passes_the_check(kind: Kind) -> None:
    made = {generate("name", kind).reveal() for _ in range(50)}
    assert len(made) == 50
    assert not any(weakness(Secret("name", value), kind) for value in made)


@pytest.mark.parametrize("kind", ["token", "file"])
def test_what_others_issue_is_not_generated(kind: Kind) -> None:
    with pytest.raises(RigError, match="rig secret set INVENTORY api"):
        generate("api", kind)


@pytest.mark.parametrize(
    ("value", "kind", "reason"),
    [
        ("", "password", "empty"),
        (" \n", "file", "empty"),
        ("kX9vQ2mZ7pL4tR8", "password", "at least 16"),
        ("kX9vQ2m", "token", "at least 8"),
        ("kX9vQ2mZ7pL4tR8wkX9vQ2mZ7pL4tR8", "session", "at least 64"),
        ("aaaaaaaaaaaaaaaaaaaa", "password", "repeats"),
        ("abababababababababab", "password", "repeats"),
        ("hunter2hunter2hunter2", "password", "repeats"),
        ("changeme-changeme-1", "password", "default"),
        ("Password123456789!", "password", "default"),
        ("P@ssw0rd-P@ssw0rd-2024", "password", "default"),
        ("grafana-db-password", "password", "its own name"),
        ("Grafana.DB.Password", "password", "its own name"),
        ("grafana_db_password1", "password", "default"),
        ("kX9vQ2mZ7p\nL4tR8wYb3", "password", "--kind file"),
        ("kX9vQ2mZ7p\x00L4tR8wYb3", "password", "--kind file"),
        (b"\xff\xfekX9vQ2mZ7pL4tR8wYb3", "token", "--kind file"),
    ],
)
def test_weak_values_are_refused_without_showing_them(value: str | bytes, kind: Kind, reason: str) -> None:
    found = weakness(Secret("grafana_db_password", value), kind)
    assert found is not None
    assert reason in found
    assert not value or str(value) not in found


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ("kX9vQ2mZ7pL4tR8w", "password"),
        ("staple battery horse correct lamp", "password"),
        ("ghp_kX9vQ2mZ7pL4tR8wYb3", "token"),
        ("-----BEGIN PRIVATE KEY-----\nMIG\n-----END PRIVATE KEY-----\n", "file"),
        (b"\x00\xff\x10", "file"),
    ],
)
def test_good_values_pass(value: str | bytes, kind: Kind) -> None:
    assert weakness(Secret("grafana_db_password", value), kind) is None
