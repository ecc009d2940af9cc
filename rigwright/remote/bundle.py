"""A program as one text for ``python3 -c``, with the modules that it imports: the host has none of them."""

from __future__ import annotations

import base64
import zlib
from functools import cache

from rigwright.remote.imports import needed, source

# Linux takes no argument of 128 KiB and more (MAX_ARG_STRLEN), and compressed it is a quarter.
_PACKED = """\
import base64, zlib
exec(compile(zlib.decompress(base64.b85decode({packed!r})), {name!r}, "exec"))
"""
_TEXT = """\
import sys, types
for name, text in {modules!r}.items():
    module = sys.modules[name] = types.ModuleType(name)
    exec(compile(text, name, "exec"), module.__dict__)
exec(compile({main!r}, {name!r}, "exec"))
"""


@cache
def bundle(main: str) -> str:
    """A program that is the module ``main``, with the modules of the repository that it imports.

    Args:
        main: Dotted name, such as ``rigwright.host.observe``.
    """
    imported = needed(main)
    packages = {name for module in imported for name in _packages(module)}
    modules = {
        **dict.fromkeys(sorted(packages - {*imported}), ""),
        **{name: source(name) for name in imported},
    }
    name = main.rpartition(".")[2]
    text = _TEXT.format(modules=modules, main=source(main), name=name)
    return _PACKED.format(packed=base64.b85encode(zlib.compress(text.encode(), 9)).decode(), name=name)


def _packages(module: str) -> list[str]:
    parts = module.split(".")
    return [".".join(parts[:n]) for n in range(1, len(parts))]
