"""Golden files notice a broken template: each line of each is broken in turn."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

import jinja2
import pytest

from deploys.rig import subsystems
from rigwright import repository
from rigwright.desired import render
from rigwright.errors import RigError
from tests.golden.contents import contents
from tests.golden.scenarios import CASES, Case, rendered_anew, rig

NAMES = sorted(
    str(path.relative_to(repository.TEMPLATES))
    for subsystem in subsystems()
    for path in (repository.TEMPLATES / subsystem).rglob("*.j2")
)


def mutants(source: str) -> Iterator[tuple[int, str]]:
    """Line number and template: without each line, each printed value replaced, each condition turned."""
    lines = source.splitlines(keepends=True)

    def instead(number: int, line: str) -> tuple[int, str]:
        return number, "".join([*lines[: number - 1], line, *lines[number:]])

    for number, line in enumerate(lines, 1):
        if not line.lstrip().startswith("{%"):
            yield instead(number, "")
        for value in re.findall(r"{{.*?}}", line):
            yield instead(number, line.replace(value, "MUTANT", 1))
        for condition in re.findall(r"{% if (.*) %}", line):
            yield instead(number, line.replace(condition, f"not ({condition})"))


def environment(name: str, source: str) -> jinja2.Environment:
    """A renderer like ours that finds this source in place of one template."""
    real = jinja2.FileSystemLoader(repository.TEMPLATES)
    return jinja2.Environment(
        loader=jinja2.ChoiceLoader([jinja2.DictLoader({name: source}), real]),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # noqa: S701  these are configuration files, not HTML
    )


def differs(name: str, mutated: jinja2.Environment, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Whether any golden file would be another one."""
    subsystem = name.split("/", 1)[0]
    for case in CASES:
        monkeypatch.undo()
        expected = whole(subsystem, case)
        monkeypatch.setattr(render, "environment", lambda _root: mutated)
        try:
            found = shown(subsystem, case)
        except RigError:
            return True
        if found != expected:
            return True
    return False


@cache
def whole(subsystem: str, case: Case) -> dict[str, bytes]:
    """What golden files show of a subsystem by its templates as they are."""
    return shown(subsystem, case)


def shown(subsystem: str, case: Case) -> dict[str, bytes]:
    """What golden files would show of a subsystem, rendered at this call."""
    found = rendered_anew(subsystem, case)
    return {} if found is None else contents(found, rig(case))


@pytest.mark.parametrize("name", NAMES)
def test_a_golden_file_notices_every_broken_line(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    source = (repository.TEMPLATES / name).read_text()
    unnoticed = [
        f"{name}:{number}: {source.splitlines()[number - 1]}"
        for number, mutant in mutants(source)
        if not differs(name, environment(name, mutant), monkeypatch)
    ]
    assert not unnoticed


def test_a_golden_file_notices_no_line_that_is_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in NAMES[:3]:
        source = (repository.TEMPLATES / name).read_text()
        assert not differs(name, environment(name, source), monkeypatch)


def test_every_template_has_lines_to_break() -> None:
    assert NAMES
    for name in NAMES:
        assert list(mutants((repository.TEMPLATES / name).read_text())), name
