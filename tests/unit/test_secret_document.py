"""What a store holds survives being written, and remembers who still knows which value."""

from __future__ import annotations

import traceback
from datetime import datetime, timedelta, timezone

import pytest

from rigwright.errors import RigError
from rigwright.secrets import Secret, recipients
from rigwright.secrets.document import Document, parse, render
from rigwright.secrets.recipients import Recipient

CANARY = "canary-Zq8vR2-never-shown"
NOON = datetime(2026, 3, 1, 12, tzinfo=timezone.utc)
HOUR = timedelta(hours=1)
ANNA = Recipient("anna", "age1" + "q" * 58)
BOB = Recipient("bob", "age1" + "p" * 58)


def both() -> Document:
    return (
        Document()
        .for_recipients((ANNA, BOB), NOON)
        .with_secret(Secret("db", CANARY), "password", NOON)
        .with_secret(Secret("key", b"\xff\x00\n" + CANARY.encode()), "file", NOON)
    )


def test_text_binary_times_recipients_and_removals_survive_writing() -> None:
    document = both().for_recipients((ANNA,), NOON + HOUR)
    assert parse(render(document), "prod.age") == document


def test_replacing_keeps_the_creation_time() -> None:
    entry = both().with_secret(Secret("db", "new"), "password", NOON + HOUR).entries["db"]
    assert (entry.created, entry.rotated) == (NOON, NOON + HOUR)
    assert entry.age_days(NOON + HOUR * 37) == 1.5


def test_a_removed_recipient_knows_each_value_until_it_is_rotated() -> None:
    removed = both().for_recipients((ANNA,), NOON + HOUR)
    assert removed.known_to("db") == removed.known_to("key") == (BOB,)
    rotated = removed.with_secret(Secret("db", "new"), "password", NOON + 2 * HOUR)
    assert rotated.known_to("db") == ()
    assert rotated.known_to("key") == (BOB,)


def test_a_recipient_who_comes_back_is_no_reason_to_rotate() -> None:
    back = both().for_recipients((ANNA,), NOON + HOUR).for_recipients((ANNA, BOB), NOON + 2 * HOUR)
    assert back.known_to("db") == ()


def test_a_secret_can_be_taken_out() -> None:
    assert set(both().without("db").entries) == {"key"}


@pytest.mark.parametrize(
    "damage",
    [
        lambda text: text[:-20],
        lambda text: text.replace('"version": 1', '"version": 9'),
        lambda text: text.replace('"kind": "password"', '"kind": "riddle"'),
        lambda text: text.replace('"rotated": "2026', '"rotated": "last year'),
        lambda text: text.replace('"secrets": {', '"other": {'),
        lambda text: f'["{CANARY}"]',  # noqa: ARG005
    ],
)
def test_unreadable_content_is_an_error_that_shows_nothing_of_it(damage: object) -> None:
    assert callable(damage)
    with pytest.raises(RigError, match=r"prod\.age") as caught:
        parse(damage(render(both()).decode()).encode(), "prod.age")
    trace = traceback.TracebackException.from_exception(caught.value, capture_locals=True)
    own = [frame for frame in trace.stack if frame.filename.endswith("document.py")]
    assert own
    assert CANARY not in "".join(str(frame.locals) for frame in own)
    assert caught.value.__context__ is None


def test_recipients_survive_writing() -> None:
    assert recipients.parse(recipients.render((ANNA, BOB)), "recipients.txt") == (ANNA, BOB)


def test_a_list_written_for_age_is_read_and_nameless_keys_stand_for_themselves() -> None:
    text = f"# team\n\n{ANNA.key}\n#bob\n{BOB.key}\n"
    assert recipients.parse(text, "r") == (Recipient(ANNA.key, ANNA.key), BOB)


def test_an_invalid_line_is_named_by_its_number_and_not_shown() -> None:
    with pytest.raises(RigError, match="r:2") as caught:
        recipients.parse("# anna\nAGE-SECRET-KEY-1CANARY\n", "r")
    assert "CANARY" not in str(caught.value)


def test_a_secret_key_is_refused_as_recipient_and_not_shown() -> None:
    with pytest.raises(RigError, match="secret key") as caught:
        recipients.check_key("AGE-SECRET-KEY-1CANARY")
    assert "CANARY" not in str(caught.value)


@pytest.mark.parametrize("name", ["", " ", "two\nlines", "# comment"])
def test_a_name_that_would_break_the_list_is_refused(name: str) -> None:
    with pytest.raises(RigError, match="one line"):
        recipients.check_name(name)
