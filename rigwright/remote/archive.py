"""A program for a host as one file that its Python runs: our own pure modules, and nothing else."""

from __future__ import annotations

import io
import zipfile
from functools import cache
from pathlib import PurePosixPath

from rigwright.remote.imports import file, needed
from rigwright.repository import ROOT

START = "from {module} import main\n\nraise SystemExit(main())\n"
LONG_AGO = (1980, 1, 1, 0, 0, 0)


@cache
def archive(module: str) -> bytes:
    """An archive of ``module`` and of what it imports, which runs its ``main``.

    The same sources give the same bytes on every machine. So it holds no time and no mode, and nothing is
    compressed, which versions of zlib do differently.

    Args:
        module: Dotted name, such as ``rigwright.host.nightly_check``.
    """
    files = [str(found.relative_to(ROOT)) for name in (*needed(module), module) if (found := file(name))]
    packages = {f"{folder}/__init__.py" for name in files for folder in PurePosixPath(name).parents}
    sources = {
        "__main__.py": START.format(module=module),
        **dict.fromkeys(packages - {"./__init__.py"}, ""),
        **{name: (ROOT / name).read_text() for name in files},
    }
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as bundled:
        for name, text in sorted(sources.items()):
            entry = zipfile.ZipInfo(name, LONG_AGO)
            entry.create_system = 3  # the default is the machine's own
            bundled.writestr(entry, text)
    return buffer.getvalue()
