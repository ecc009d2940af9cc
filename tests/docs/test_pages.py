"""Links, sentences and blocks of the documentation, without running it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

import pytest

from rigwright.dev.docs.words import anchor
from tests.support.pages import GENERATED, ROOT, Block, Page, pages

PAGES = [pytest.param(page, id=page.name) for page in pages()]
WRITTEN = [pytest.param(page, id=page.name) for page in pages() if page.name not in GENERATED]
BLOCKS = [pytest.param(block, id=block.where) for page in pages() for block in page.blocks]
LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")
SENTENCE_END = re.compile(r"(?<!\be\.g)(?<!\bi\.e)(?<!\bvs)[.!?][)*_`]* +(?=[A-Z`\[])")


def links(page: Page) -> Iterator[str]:
    for line in page.prose():
        yield from LINK.findall(re.sub(r"`[^`]*`", "", line))


@pytest.mark.parametrize("page", PAGES)
def test_every_relative_link_leads_to_a_file_and_a_heading(page: Page) -> None:
    broken = []
    for link in links(page):
        if re.match(r"[a-z]+:", link):
            continue
        name, _, wanted = link.partition("#")
        target = (page.path.parent / unquote(name)).resolve() if name else page.path
        if not target.exists():
            broken.append(f"{link}: no such file")
        elif wanted and target.suffix == ".md":
            there = {anchor(one) for one in Page(str(target.relative_to(ROOT))).headings}
            if wanted not in there:
                broken.append(f"{link}: no such heading")
    assert not broken, broken


@pytest.mark.parametrize("page", WRITTEN)
def test_a_line_of_prose_holds_one_sentence(page: Page) -> None:
    """Items of lists and cells of tables may hold more: Markdown gives them no other way that reads well."""
    special = re.compile(r"\s*([-*|#>]|\d+\.) ?")
    prose = (line for line in page.prose() if not special.match(line))
    long = [line for line in prose if SENTENCE_END.search(re.sub(r"`[^`]*`", "x", line))]
    assert not long, long


def test_every_page_can_be_found_from_the_readme() -> None:
    seen: set[Path] = set()
    todo = [Page("README.md")]
    while todo:
        page = todo.pop()
        seen.add(page.path)
        for link in links(page):
            target = (page.path.parent / link.partition("#")[0]).resolve()
            if target.suffix == ".md" and target not in seen and target.is_file():
                todo.append(Page(str(target.relative_to(ROOT))))
    lost = [page.name for page in pages() if page.path not in seen]
    assert not lost, f"no page that the README leads to links to {lost}"


@pytest.mark.parametrize("block", BLOCKS)
def test_a_block_names_its_language(block: Block) -> None:
    """The language decides whether a block is run, so none may be without."""
    assert block.language, f"{block.where}: write ```sh, ```console, ```text, ```python …"


def test_every_mark_is_above_a_block() -> None:
    for page in pages():
        used = sum(len(block.marks) for block in page.blocks)
        above = sum(len(page.marked(kind)) for kind in ("exit", "not run", "file"))
        floating = len(page.marked("host")) + len(page.marked("before"))
        assert above <= used <= above + floating, f"{page.name}: a mark is above no block"
