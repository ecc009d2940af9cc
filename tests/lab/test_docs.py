"""Every command of the documentation, run as it is written, page by page, in a copy of the repository.

:mod:`tests.support.pages` lists the marks of a page.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from rigwright import lab
from tests.support.clone import Clone
from tests.support.pages import GENERATED, Block, Page, pages

PAGES = [page for page in pages() if page.name not in GENERATED]
RUNNING = [pytest.param(page, id=page.name) for page in PAGES if any(b.runs for b in page.blocks)]
NOT_RUN = [
    pytest.param(block, id=block.where)
    for page in PAGES
    for block in page.blocks
    if block.language in ("sh", "console") and not block.runs
]
DEFAULT = "web"
UNNAMED = re.compile(r"rig ((?:lab )?up|lab (?:down|reset|ssh))(?= *(?:$|#|--|\n))", re.MULTILINE)
# The copy's inventory sees the page's own hosts only, as that of a reader does who has no others.
ONLY = "\nlab = [entry for entry in lab if entry[0] in {{{names}}}]  # noqa: FURB171\n"


class Reader:
    """A reader who follows one page, in a copy of the repository."""

    def __init__(self, page: Page, folder: Path) -> None:
        self.page = page
        self.clone = Clone(folder)
        hosts = page.marked("host")
        self.hosts = {name: "docs13" if name == DEFAULT else f"docs13-{name}" for name in hosts}
        inventory = self.clone.root / "inventories" / "lab.py"
        names = ", ".join(map(json.dumps, sorted(self.hosts.values())))
        inventory.write_text(inventory.read_text() + ONLY.format(names=names))
        self.clone.run("git commit -qam 'Keep to the hosts of this page'")

    def renamed(self, script: str) -> str:
        """The script with the names of the test's hosts in place of the page's."""
        script = UNNAMED.sub(rf"rig \1 {DEFAULT}", script)
        for name, other in self.hosts.items():
            script = re.sub(rf"(?<![\w./-]){name}(?![\w./-])", other, script)
        return script

    def does(self, block: Block) -> None:
        """Run a block, or write it to its file, and compare the output with the page."""
        if name := block.marks.get("file"):
            (self.clone.root / name).parent.mkdir(parents=True, exist_ok=True)
            (self.clone.root / name).write_text(self.renamed(block.text))
        if not block.runs:
            return
        done = self.clone.run(self.renamed(block.script))
        message = f"{block.where} ended with {done.returncode}:\n{block.script}\n{done.stdout[-4000:]}"
        assert done.returncode == block.exit, message
        self.compare(block, done.stdout)

    def compare(self, block: Block, output: str) -> None:
        """Every line that the page shows was printed, in this order; figures and spaces may differ."""
        printed = iter([masked(self.named_as_on_the_page(line)) for line in output.splitlines()])
        for line in block.output:
            assert masked(line) in printed, (
                f"{block.where} shows a line that is not printed:\n{line}\n{output}"
            )

    def named_as_on_the_page(self, line: str) -> str:
        """A line of output with the page's host names."""
        for name, other in self.hosts.items():
            line = line.replace(other, name)
        return line

    def leaves(self) -> None:
        """Take the page's hosts down, whatever happened."""
        for name in self.hosts.values():
            lab.down(name)


def masked(line: str) -> str:
    """A line without what differs from run to run: figures, addresses, and the width of columns."""
    line = re.sub(r"\d+ (s|min|h) ago", "0 s ago", line)
    return " ".join(re.sub(r"\d+(\.\d+)*", "0", line).split())


@pytest.fixture
def reader(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Reader]:
    """A reader of one page, whose hosts are gone afterwards."""
    found = Reader(request.param, tmp_path)
    found.leaves()
    yield found
    found.leaves()


@pytest.mark.parametrize("reader", RUNNING, indirect=True)
def test_the_commands_of_the_page_work_as_shown(reader: Reader) -> None:
    for script in reader.page.marked("before"):
        done = reader.clone.run(reader.renamed(script))
        assert done.returncode == 0, f"{reader.page.name}, before: {script}\n{done.stdout[-3000:]}"
    for block in reader.page.blocks:
        reader.does(block)


@pytest.mark.parametrize("block", NOT_RUN)
def test_a_command_that_is_not_run_has_a_reason(block: Block) -> None:
    pytest.skip(f"{block.marks['not run']}: {block.script.strip().splitlines()[0]}")
