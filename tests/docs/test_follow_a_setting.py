"""The way that ``follow-a-setting.md`` describes exists for the setting of its example."""

from __future__ import annotations

import re
import subprocess

from tests.support.pages import ROOT, Page

PAGE = Page("docs/how-to/follow-a-setting.md")


def uses(setting: str, place: str) -> list[str]:
    """The tracked files at or below a path that hold the setting."""
    found = subprocess.run(
        ["git", "grep", "--name-only", "--word-regexp", setting, "--", place],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    return found.stdout.splitlines()


def test_every_place_of_the_list_uses_the_setting() -> None:
    (setting,) = re.findall(
        r"^git grep -n (\w+)$", "\n".join(block.text for block in PAGE.blocks), re.MULTILINE
    )
    places = [found[1] for line in PAGE.prose() if (found := re.match(r"\d\. `([\w/.]+)`", line))]
    assert len(places) == 5
    for place in places:
        assert uses(setting, place), f"{place} has no {setting}"


def test_the_search_reports_a_place_without_the_setting() -> None:
    assert uses("requests_per_second", "deploys/redis") == []
