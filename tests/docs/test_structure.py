"""Modules stay small, functions smaller, and no files import each other in a circle."""

from __future__ import annotations

import ast
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from rigwright.remote.imports import direct
from tests.support.pages import ROOT

MODULE_LINES, FUNCTION_LINES = 250, 50
PACKAGES = ("rigwright", "deploys", "facts")
MODULES = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_a_module_and_its_functions_are_small(path: Path) -> None:
    text = path.read_text()
    assert len(text.splitlines()) <= MODULE_LINES, f"{name(path)}: split it by concern"
    long = [
        f"{node.name} has {node.end_lineno - node.lineno + 1} lines"
        for node in ast.walk(ast.parse(text))
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
        and node.end_lineno is not None
        and node.end_lineno - node.lineno >= FUNCTION_LINES
    ]
    assert not long, f"{name(path)}: {', '.join(long)}"


def test_shell_scripts_are_small() -> None:
    scripts = [path for package in PACKAGES for path in (ROOT / package).rglob("*.sh")]
    long = [name(path) for path in scripts if len(path.read_text().splitlines()) > MODULE_LINES]
    assert not long


def test_no_files_import_each_other_in_a_circle() -> None:
    modules = [name(path).removesuffix(".py").removesuffix("/__init__").replace("/", ".") for path in MODULES]
    graph = {module: set(direct(module)) for module in modules}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(f"a circle of files: {' -> '.join(error.args[1])}")
