"""Which modules of the repository a program needs, derived from what it imports."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from rigwright.repository import ROOT

ROOMS = ("rigwright", "deploys", "facts")


@cache
def needed(module: str) -> tuple[str, ...]:
    """The modules that ``module`` imports, directly or through others, dependencies first.

    Imports that only a type checker reads are left out. A package is named only where something of its own
    ``__init__`` is imported: elsewhere an empty one serves.

    Args:
        module: Dotted name, such as ``rigwright.host.observe``.

    Returns:
        Dotted names without ``module`` itself.
    """
    found: dict[str, None] = {}
    _visit(module, found, ())
    return tuple(name for name in found if name != module)


def _visit(module: str, found: dict[str, None], path: tuple[str, ...]) -> None:
    if module in path:
        raise ValueError(f"modules import each other: {' -> '.join((*path, module))}")
    if module in found:
        return
    for name in direct(module):
        _visit(name, found, (*path, module))
    found[module] = None


@cache
def direct(module: str) -> tuple[str, ...]:
    """The modules of ours that ``module`` imports itself."""
    return tuple(dict.fromkeys(_imported(ast.parse(source(module)).body)))


def _imported(body: list[ast.stmt]) -> Iterator[str]:
    for node in body:
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            yield from _imported(node.orelse)
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if file(alias.name))
        elif isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] in ROOMS:
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                yield inner if file(inner) else node.module
        elif isinstance(node, (ast.FunctionDef, ast.ClassDef, ast.If, ast.Try, ast.With)):
            yield from _imported(
                [one for one in ast.walk(node) if isinstance(one, (ast.Import, ast.ImportFrom))]
            )


def file(module: str) -> Path | None:
    """The file of a module of the repository; None where it is not one."""
    if module.split(".", maxsplit=1)[0] not in ROOMS:
        return None
    base = ROOT / module.replace(".", "/")
    return next((one for one in (base.with_suffix(".py"), base / "__init__.py") if one.is_file()), None)


def source(module: str) -> str:
    """The text of a module of the repository.

    Raises:
        ValueError: There is no such module.
    """
    found = file(module)
    if found is None:
        raise ValueError(f"{module} is not a module of the repository")
    return found.read_text()


@cache
def libraries(*modules: str) -> tuple[str, ...]:
    """The modules of Python's own library that these modules import, directly or through others, sorted."""
    found: set[str] = set()
    for name in {one for module in modules for one in (*needed(module), module)}:
        for node in ast.walk(ast.parse(source(name))):
            if isinstance(node, ast.Import):
                found.update(alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module:
                found.add(node.module)
    return tuple(sorted(name for name in found if name.partition(".")[0] in sys.stdlib_module_names))
