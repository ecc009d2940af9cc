"""Modules of ours as one text for ``python3 -c``: a host that is looked at has none of them."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

ROOT = Path(__file__).resolve().parents[2]
_TEXT = """\
import sys, types
for name, text in {modules!r}.items():
    module = sys.modules[name] = types.ModuleType(name)
    exec(compile(text, name, "exec"), module.__dict__)
exec(compile({main!r}, {name!r}, "exec"))
"""


def bundle(main: str, *imported: str) -> str:
    """A program that is ``main``, with the modules of ours that it imports.

    Args:
        main: Path below the repository without its end, such as ``rigwright/host/observe``.
        imported: The others, each after those that it imports itself.
    """
    folders = {str(folder) for name in imported for folder in PurePosixPath(name).parents} - {"."}
    modules = {**dict.fromkeys(sorted(folders), ""), **{name: _read(name) for name in imported}}
    named = {name.replace("/", "."): text for name, text in modules.items()}
    return _TEXT.format(modules=named, main=_read(main), name=PurePosixPath(main).name)


def _read(name: str) -> str:
    return (ROOT / f"{name}.py").read_text()
