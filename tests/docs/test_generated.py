"""The generated pages are fresh, and every claim of a written reference page holds."""

from __future__ import annotations

import json
import re
from typing import Annotated, Literal

import pytest
from pydantic import AfterValidator, Field

from deploys.nginx.versions import VERSIONS
from rigwright.cli.docs import pages as generated
from rigwright.dev.docs import schemas, settings
from rigwright.dev.results import sessions
from rigwright.errors import Exit
from rigwright.remote import commands
from rigwright.settings.base import Many, Settings
from rigwright.settings.platform import NAMES
from tests.support.pages import ROOT, Page

REFERENCE = ROOT / "docs" / "reference"


@pytest.mark.parametrize("name", ["settings.md", "commands.md"])
def test_a_generated_page_is_fresh(name: str) -> None:
    assert (REFERENCE / name).read_text() == generated()[REFERENCE / name], "stale: run ./rig docs"


def _shouts(value: str) -> str:
    if not value.endswith("!"):
        raise ValueError("must end with an exclamation mark")
    return value


Loud = Annotated[str, AfterValidator(_shouts)]


class Part(Settings):
    """A part. It has a number.

    More about it.
    """

    number: Annotated[int, Field(ge=1, le=9)] | None = None
    """Which one | or none."""


class Whole(Settings):
    """The whole."""

    parts: Annotated[Many[Part], Field(min_length=1)]
    """Its parts."""

    kind: Literal["a", "b"] = "a"
    """Its kind, ``a`` or ``b``."""

    cry: Loud = "HO!"
    """What it cries."""


def test_a_setting_is_shown_with_type_bounds_default_and_meaning() -> None:
    text = settings.page(Whole)
    for row in (
        "| `parts` | list (at least 1) of [Part](#part-docs) | required | Its parts. |",
        '| `kind` | `"a"` or `"b"` | `"a"` | Its kind, `a` or `b`. |',
        '| `cry` | [Loud](#types-of-values) | `"HO!"` | What it cries. |',
        "| `number` | whole number, 1 to 9, or `None` | `None` | Which one \\| or none. |",
        "### Part (docs)\n\nA part.\nIt has a number.\n\nMore about it.\n",
        "| Loud | text; must end with an exclamation mark |",
    ):
        assert row in text


def test_the_page_of_exit_codes_names_each_with_its_number() -> None:
    text = (REFERENCE / "exit-codes.md").read_text()
    rows = {int(code) for code in re.findall(r"^\| (\d+) \|", text, re.MULTILINE)}
    assert {int(code) for code in Exit} <= rows
    named = re.search(r"# Exit codes:(.*?)\n(?!#  )", commands.TRANSACTION, re.DOTALL)
    assert named
    assert {int(code) for code in re.findall(r"\b2\d\b", named[1])} <= rows


def test_the_page_of_json_names_every_key_and_links_every_schema() -> None:
    text = (REFERENCE / "json.md").read_text()
    for name, schema in schemas.pages().items():
        assert f"[{name}](schemas/{name})" in text, name
        whole = json.loads(schema)
        for part in (whole, *whole["$defs"].values()):
            for key in part["properties"]:
                assert f"`{key}`" in text, key


def test_the_page_of_json_names_every_kind_of_finding() -> None:
    text = (REFERENCE / "json.md").read_text()
    source = "".join(path.read_text() for path in (ROOT / "rigwright").rglob("*.py"))
    kinds = set(
        re.findall(
            r'"((?:file|link|unit|package|step|transaction|subsystem|verify|socket|drift|manifest|runtime_state|host|load)\.(?!(?:sh|json)\b)[a-z]+)"',
            source,
        )
    )
    assert len(kinds) > 10
    for kind in kinds:
        assert f"`{kind}`" in text, kind


def test_the_samples_of_the_page_of_json_are_json() -> None:
    samples = [block for block in Page("docs/reference/json.md").blocks if block.language == "json"]
    assert samples
    for sample in samples:
        json.loads(sample.text)


def test_the_page_of_support_says_of_every_operating_system_what_shows_it() -> None:
    """A row names versions, golden files and a session; all of them exist."""
    text = (REFERENCE / "support.md").read_text()
    known = sessions()
    for system, name in NAMES.items():
        nginx, openssl = (version for _, version in VERSIONS[system].prefixes)
        golden, session = f"tests/golden/*/*{system}*", f"./rig test {system}"
        assert f"| {name} | {nginx} | {openssl} | `{golden}` | `{session}` |" in text, name
        assert list(ROOT.glob(golden))
        assert system in known
