"""A program as one text for ``python3 -c``, with the modules that it imports: the host has none of them."""

from __future__ import annotations

import base64
import zlib
from functools import cache

from rigwright.remote.imports import needed, source

_START = "import base64, zlib; exec(zlib.decompress(base64.b64decode({packed!r})))"
"""Linux takes no argument of more than 128 KiB (MAX_ARG_STRLEN), so the text travels compressed."""
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
    text = _TEXT.format(modules=modules, main=source(main), name=main.rpartition(".")[2])
    return _START.format(packed=base64.b64encode(zlib.compress(text.encode(), 9)).decode())


def _packages(module: str) -> list[str]:
    parts = module.split(".")
    return [".".join(parts[:n]) for n in range(1, len(parts))]
