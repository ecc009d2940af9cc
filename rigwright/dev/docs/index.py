"""The list of the subsystems' pages in the index of how-to guides."""

from __future__ import annotations

import re
from collections.abc import Mapping

BEGIN, END = "<!-- subsystems: rig docs writes this list -->", "<!-- end -->"
BLOCK = re.compile(f"{re.escape(BEGIN)}.*?{re.escape(END)}", re.DOTALL)


def index(text: str, titles: Mapping[str, str]) -> str:
    """The index with a link for each subsystem.

    Args:
        text: The page as it is.
        titles: The heading of each subsystem's page, by name, in the order of ``Rig``.

    Raises:
        ValueError: The page has no place for the list.
    """
    if not BLOCK.search(text):
        raise ValueError(f"the index has no line {BEGIN}")
    rows = "\n".join(f"- [{title}](../{name}.md)" for name, title in titles.items())
    return BLOCK.sub(lambda _: f"{BEGIN}\n{rows}\n{END}", text)


def heading(page: str) -> str:
    """The first heading of a page."""
    return next(line for line in page.splitlines() if line.startswith("# ")).removeprefix("# ")
