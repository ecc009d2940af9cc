"""The documentation as data: pages, their code blocks, and the marks that define how a block is tested.

A mark is an HTML comment on a line of its own, above a block or, for ``host`` and ``before``, anywhere:

- ``<!-- exit: 2 -->`` the block ends with this exit code instead of 0;
- ``<!-- not run: why -->`` the block is not run, for this reason;
- ``<!-- file: inventories/mine.py -->`` the block is the content of this file from here on;
- ``<!-- host: web -->`` the page makes a lab host of this name; the test uses another name;
- ``<!-- before: ./rig up web -->`` what the page requires, run before its first block.

A ``sh`` block is run, and so is a ``python`` block that is no file.
In a ``console`` block the lines after ``$`` are run, and the others must be in their output;
``…`` stands for lines that are left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
GENERATED = ("docs/reference/settings.md", "docs/reference/commands.md", "docs/benchmarks.md")
MARK = re.compile(r"^<!-- (exit|not run|file|host|before): (.+?) -->$")
FENCE = re.compile(r"^```(\w*)$")
PROMPT = "$ "


@dataclass(frozen=True)
class Block:
    """A code block: where it is, what it holds, and its marks."""

    page: str
    line: int
    language: str
    text: str
    marks: dict[str, str]

    @property
    def where(self) -> str:
        """For messages."""
        return f"{self.page}:{self.line}"

    @property
    def runs(self) -> bool:
        """Whether it holds commands that are to be run."""
        return self.language in ("sh", "console") and "not run" not in self.marks

    @property
    def exit(self) -> int:
        """The exit code that its last command must have."""
        return int(self.marks.get("exit", "0"))

    @property
    def script(self) -> str:
        """Its commands, for ``sh``."""
        if self.language == "sh":
            return self.text
        lines = self.text.splitlines()
        return "".join(f"{line[len(PROMPT) :]}\n" for line in lines if line.startswith(PROMPT))

    @property
    def output(self) -> list[str]:
        """The lines that its commands must print, in this order."""
        if self.language != "console":
            return []
        lines = (line.strip() for line in self.text.splitlines() if not line.startswith(PROMPT))
        return [line for line in lines if line not in ("", "…")]


@dataclass(frozen=True)
class Page:
    """A page by its path in the repository."""

    name: str

    @property
    def path(self) -> Path:
        """Where it is."""
        return ROOT / self.name

    @cached_property
    def lines(self) -> list[str]:
        """Its text."""
        return self.path.read_text().splitlines()

    @cached_property
    def blocks(self) -> tuple[Block, ...]:
        """Its code blocks in order."""
        return tuple(self._blocks())

    def _blocks(self) -> Iterator[Block]:
        marks: dict[str, str] = {}
        start, language, body = 0, "", list[str]()
        for number, line in enumerate(self.lines, 1):
            if start and line == "```":
                yield Block(self.name, start, language, "".join(f"{one}\n" for one in body), marks)
                start, marks, body = 0, {}, []
            elif start:
                body.append(line)
            elif fence := FENCE.match(line):
                start, language = number, fence[1]
            elif mark := MARK.match(line):
                marks[mark[1]] = mark[2]
            elif line:
                marks = {}

    def marked(self, kind: str) -> list[str]:
        """The values of every mark of this kind on the page."""
        marks = filter(None, map(MARK.match, self.prose(comments=True)))
        return [mark[2] for mark in marks if mark[1] == kind]

    def prose(self, *, comments: bool = False) -> Iterator[str]:
        """Its lines outside of code blocks."""
        inside = False
        for line in self.lines:
            if line.startswith("```"):
                inside = not inside
            elif not inside and (comments or not line.startswith("<!--")):
                yield line

    @property
    def headings(self) -> Iterator[str]:
        """The texts of its headings."""
        for line in self.prose():
            if found := re.match(r"#+ (.+)$", line):
                yield found[1]


def run_on_a_host_by(test: str) -> list[Block]:
    """The blocks that a test runs on a host of its own, as their mark says."""
    reason = f"{test} runs it on a host"
    found = [block for page in pages() for block in page.blocks if block.marks.get("not run") == reason]
    assert found, f"no page has a block for {test}"
    return found


def pages() -> tuple[Page, ...]:
    """Every page of the repository that people read."""
    found = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
    return tuple(Page(str(path.relative_to(ROOT))) for path in sorted(found))
