"""A value that a setting does not allow is explained in words, for every regular expression there is."""

from __future__ import annotations

import re
from typing import Annotated

import pytest
from pydantic import Field, ValidationError

from rigwright.settings.base import Domain, Many, Settings, explain
from rigwright.settings.pattern_words import KNOWN, pattern_words
from tests.support.command import ROOT

PATTERNS = sorted(
    {
        found
        for folder in ("deploys", "rigwright/settings")
        for path in (ROOT / folder).rglob("*.py")
        for found in re.findall(r'pattern=r"((?:[^"\\]|\\.)*)"', path.read_text())
    }
)
EXACT = {
    r"^[a-z_][a-z0-9_-]{0,31}$": (
        "one of lower-case letters, _, then up to 31 of lower-case letters, digits, _, -"
    ),
    r"^10de:[0-9a-f]{4}$": "“10de:”, then 4 of digits, a to f",
    r"^https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?/$": (
        "“http”, then optionally “s”, then “://”, then one or more of letters, digits, ., -, "
        "then optionally (“:”, then 1 to 5 of digits), then “/”"
    ),
    r"^[A-Za-z0-9][A-Za-z0-9:_.@-]*\.(service|slice)$": (
        "one of letters, digits, then any number of letters, digits, :, _, ., @, -, then “.”, "
        "then “service” or “slice”"
    ),
    r"^(/[a-z]+)+$": "once or more often (“/”, then one or more of lower-case letters)",
    r"^[^*]": "anything but “*”",
    r"^[!-~]{1,200}$": "1 to 200 of visible ASCII characters",
    r"^(\d{2}|x)[^\s,]?(?!a).$": (
        "(2 of digits) or (“x”), then optionally one of anything but blanks, commas, "
        "then not followed by “a”, then any character"
    ),
}


@pytest.mark.parametrize("pattern", EXACT)
def test_an_expression_in_words(pattern: str) -> None:
    assert pattern_words(pattern) == EXACT[pattern]


@pytest.mark.parametrize("pattern", PATTERNS)
def test_no_setting_s_words_are_an_expression(pattern: str) -> None:
    words = pattern_words(pattern)
    assert len(words) > 5
    assert not re.search(r"\[[a-zA-Z^]|\\[.\w]|\{\d|\(\?|\]\+|\]\*|\$$", words), words


def test_every_expression_that_has_words_of_its_own_is_used() -> None:
    assert set(KNOWN) <= set(PATTERNS)


class Toy(Settings):
    """Settings with an expression of their own and one with known words."""

    users: Many[Annotated[str, Field(pattern=r"^[a-z_][a-z0-9_-]{0,31}$")]] = ()
    domain: Domain = "example.org"


def test_a_message_names_the_setting_and_what_is_allowed() -> None:
    with pytest.raises(ValidationError) as caught:
        Toy(users=["Not allowed"], domain="under_score.example")
    text = str(explain(caught.value, file="prod.py"))
    assert "prod.py: Toy.users.0: must be one of lower-case letters, _, then up to 31 of" in text
    assert "Toy.domain: must be a domain such as www.example.com" in text
    assert "Not allowed" not in text
