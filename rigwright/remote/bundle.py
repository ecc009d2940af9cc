"""A program of ours as one text for ``python3 -c``: the host that runs it has none of our modules."""

from __future__ import annotations

from functools import cache

from rigwright.remote.imports import needed, source

_TEXT = """\
import sys, types
for name, text in {modules!r}.items():
    module = sys.modules[name] = types.ModuleType(name)
    exec(compile(text, name, "exec"), module.__dict__)
exec(compile({main!r}, {name!r}, "exec"))
"""


@cache
def bundle(main: str) -> str:
    """A program that is the module ``main``, with the modules of ours that it imports.

    Args:
        main: Dotted name, such as ``rigwright.host.observe``.
    """
    imported = needed(main)
    packages = {name for module in imported for name in _packages(module)}
    modules = {
        **dict.fromkeys(sorted(packages - {*imported}), ""),
        **{name: source(name) for name in imported},
    }
    return _TEXT.format(modules=modules, main=source(main), name=main.rpartition(".")[2])


def _packages(module: str) -> list[str]:
    parts = module.split(".")
    return [".".join(parts[:n]) for n in range(1, len(parts))]
