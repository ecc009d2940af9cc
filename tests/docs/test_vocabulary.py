"""Code, documentation and tests use the words of docs/reference/glossary.md, not those that it replaces."""

from __future__ import annotations

import re
import subprocess

import pytest

from tests.support.pages import ROOT

GLOSSARY = "docs/reference/glossary.md"
REPLACED = (
    r"tells?|told|telling|teller",
    r"mend(?:s|ed|ing)?",
    r"readings|reading\.(?:value|missing|foreign|unreadable)|settled_by",
    r"surroundings?",
    r"foreign",
    r"nobody(?:'?s)?|somebody(?:'s)?",
    r"looks?|looked|looking",
    r"questions?",
    r"perturb(?:s|ed|ation|ations)?",
    r"pitfalls?",
    r"record\.(?:behind|damaged)",
    r"machine\.unfit|step\.needed",
    r"could not tell|can tell",
)
"""Families of replaced words. An underscore ends a word as a space does, so that names are checked too."""
OLD = re.compile(rf"(?<![A-Za-z])(?:{'|'.join(REPLACED)})(?![A-Za-z])", re.IGNORECASE)
PROPER = re.compile(
    r"look(?:ed|ing|s)?[ _-]up|look_for_keys"
    r"|(?:tune|TUNE)[\"}]? look\b|power_readings"
    r"|foreign[ _](?:key|table|server|data)s?"
    r"|[\"'`=:,/(\[]nobody[\"'`:,/)\]]|\bnobody:"
    r"|(?:user|account|runuser -u|sudo -u)[ =]`?nobody\b",
    re.IGNORECASE,
)
"""Proper uses: to look something up, a verb of a program whose bytes must stay, an element of nvidia-smi,
SQL's foreign keys and tables, and the Unix account nobody.
"""
EXEMPT = (GLOSSARY, "CHANGELOG.md", "tests/docs/test_vocabulary.py", "tests/facts/fixtures/", "LICENSE")
"""The pages that name the replaced words, and captures of real tools."""
BYTE_IDENTICAL = (
    "deploys/base/programs/chronyd.sh",
    "deploys/nvidia/programs/tune.sh",
    "templates/base/_rigwright-audit.service",
    "templates/nvidia/etc/systemd/system/rigwright-nvidia.service.j2",
    "templates/rigwright/_daemon_hardening.conf.j2",
)
"""A change of these files, even of a comment, would restart a service on every host."""


def files() -> list[str]:
    listed = subprocess.run(
        ["git", "-C", str(ROOT), "ls-files", "-co", "--exclude-standard"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
    return [name for name in listed if checked(name)]


def checked(name: str) -> bool:
    """Golden files hold what templates and code render, so those are checked in their place."""
    rendered = name.startswith("tests/golden/") and not name.endswith(".py")
    return not (rendered or name.startswith(EXEMPT) or name in BYTE_IDENTICAL)


def old_words(text: str) -> list[str]:
    return OLD.findall(PROPER.sub("", text))


def test_no_file_uses_a_replaced_word() -> None:
    found = []
    for name in files():
        try:
            lines = (ROOT / name).read_text().splitlines()
        except (UnicodeDecodeError, FileNotFoundError):
            continue  # an encrypted store, or a file that was deleted and is not committed yet
        found += [
            f"{name}:{number}: {', '.join(words)}: {line.strip()}"
            for number, line in enumerate(lines, 1)
            if (words := old_words(line))
        ]
    assert not found, "\n".join([f"see {GLOSSARY}", *found])


@pytest.mark.parametrize(
    "text", ["It tells why.", "def test_nobody_gets_in", "a foreign file", "record.behind", "Looked", "mends"]
)
def test_a_replaced_word_is_found(text: str) -> None:
    assert old_words(text)


@pytest.mark.parametrize(
    "text",
    ["look it up: looked up", "FOREIGN KEY (id)", 'user="nobody"', "nobody:x:65534", "mender", "untold"],
)
def test_a_proper_use_is_not_found(text: str) -> None:
    assert old_words(text.replace("look it up: ", "")) == []


def test_the_glossary_names_what_replaces_each_family_of_words() -> None:
    table = (ROOT / GLOSSARY).read_text().partition("## Renamed terms")[2]
    for family in REPLACED:
        assert re.search(rf"(?<![A-Za-z])(?:{family})(?![A-Za-z])", table, re.IGNORECASE), family
