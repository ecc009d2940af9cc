"""Programs that travel to a host as one file."""

from __future__ import annotations

import ast
import io
import re
import sys
import zipfile

import pytest

from rigwright.remote import commands
from rigwright.remote.archive import archive

PROGRAMS = {
    "nightly": "rigwright.host.nightly_check",
    "metrics": "rigwright.health.metrics",
    "vulnerabilities": "rigwright.health.vulnerabilities",
    "health": "rigwright.health.collect",
}


def sources(name: str) -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(archive(PROGRAMS[name]))) as found:
        return {name: found.read(name).decode() for name in found.namelist()}


@pytest.mark.parametrize("name", PROGRAMS)
def test_the_archive_is_the_same_bytes_every_time(name: str) -> None:
    first = archive(PROGRAMS[name])
    archive.cache_clear()
    assert archive(PROGRAMS[name]) == first
    with zipfile.ZipFile(io.BytesIO(first)) as found:
        assert found.namelist() == sorted(found.namelist())
        assert {(one.date_time, one.compress_type) for one in found.infolist()} == {
            ((1980, 1, 1, 0, 0, 0), zipfile.ZIP_STORED)
        }


def imports(text: str) -> set[str]:
    found = set[str]()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module}
    return found


@pytest.mark.parametrize("name", PROGRAMS)
def test_the_archive_needs_nothing_but_itself_and_the_standard_library(name: str) -> None:
    own = {re.sub(r"(/__init__)?\.py$", "", name).replace("/", ".") for name in sources(name)}
    for path, text in sources(name).items():
        for module in imports(text):
            assert module in own or module.split(".")[0] in sys.stdlib_module_names, f"{path}: {module}"


@pytest.mark.parametrize("name", PROGRAMS)
def test_python_3_10_reads_the_archive(name: str) -> None:
    for path, text in sources(name).items():
        ast.parse(text, path, feature_version=(3, 10))


def test_what_runs_on_a_host_fits_into_one_argument() -> None:
    """Linux's MAX_ARG_STRLEN is 32 pages of 4 KiB."""
    for command in (commands.observe(), commands.health(60), commands.hardware()):
        assert max(map(len, command)) < 131_072
