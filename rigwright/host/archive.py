"""A program for a host as one file that its Python runs: our own pure modules, and nothing else."""

from __future__ import annotations

import io
import zipfile
from functools import cache
from pathlib import PurePosixPath

from rigwright.host.bundle import ROOT

NIGHTLY = (
    "rigwright/compare",
    "rigwright/compare_paths",
    "rigwright/compare_readings",
    "rigwright/compare_surroundings",
    "rigwright/desired/__init__",
    "rigwright/desired/monitoring",
    "rigwright/desired/packages",
    "rigwright/desired/paths",
    "rigwright/desired/readings",
    "rigwright/desired/services",
    "rigwright/desired/surroundings",
    "rigwright/errors",
    "rigwright/finding",
    "rigwright/host/collected",
    "rigwright/host/nightly",
    "rigwright/host/observe",
    "rigwright/host/paths",
    "rigwright/host/questions",
    "rigwright/host/surroundings",
    "rigwright/host/tools",
    "rigwright/nightly",
    "rigwright/observed",
    "rigwright/record",
    "rigwright/surroundings",
    "rigwright/view",
)
METRICS = (
    "facts/reboot",
    "facts/values",
    "rigwright/finding",
    "rigwright/health/answer",
    "rigwright/health/check",
    "rigwright/health/exposition",
    "rigwright/health/machine",
    "rigwright/health/metrics",
    "rigwright/health/thresholds",
    "rigwright/host/asking",
    "rigwright/host/collected",
    "rigwright/host/health",
    "rigwright/host/logins",
    "rigwright/host/upgrades",
)
VULNERABILITIES = (
    "facts/values",
    "rigwright/health/exposition",
    "rigwright/health/vulnerabilities",
    "rigwright/host/asking",
    "rigwright/host/collected",
)
HEALTH = (
    "facts/disk",
    "facts/driver",
    "facts/gpu",
    "facts/nvme",
    "facts/reboot",
    "facts/snapshot",
    "facts/values",
    "facts/xid",
    "facts/zpool",
    "facts/zpool_text",
    "rigwright/finding",
    "rigwright/health/answer",
    "rigwright/health/check",
    "rigwright/health/collect",
    "rigwright/health/exposition",
    "rigwright/health/families",
    "rigwright/health/machine",
    "rigwright/health/memory",
    "rigwright/health/pool_text",
    "rigwright/health/readings",
    "rigwright/health/textfile",
    "rigwright/health/thresholds",
    "rigwright/host/asking",
    "rigwright/host/collected",
    "rigwright/host/health",
)
START = "from {module} import main\n\nraise SystemExit(main())\n"
LONG_AGO = (1980, 1, 1, 0, 0, 0)


def nightly() -> bytes:
    """The nightly drift check."""
    return archive("rigwright.host.nightly", NIGHTLY)


def metrics() -> bytes:
    """What tells Prometheus of failed logins, a needed reboot and upgrades that wait."""
    return archive("rigwright.health.metrics", METRICS)


def vulnerabilities() -> bytes:
    """What tells Prometheus of vulnerabilities of the installed packages."""
    return archive("rigwright.health.vulnerabilities", VULNERABILITIES)


def health() -> bytes:
    """What tells Prometheus of the hardware."""
    return archive("rigwright.health.collect", HEALTH)


@cache
def archive(module: str, modules: tuple[str, ...]) -> bytes:
    """An archive of these modules, whose ``main`` is that of ``module``.

    The same sources give the same bytes on every machine. So it holds no time and no mode, and nothing is
    compressed, which versions of zlib do differently.
    """
    packages = {f"{folder}/__init__.py" for name in modules for folder in PurePosixPath(name).parents}
    sources = {
        "__main__.py": START.format(module=module),
        **dict.fromkeys(packages - {"./__init__.py"}, ""),
        **{f"{name}.py": (ROOT / f"{name}.py").read_text() for name in modules},
    }
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as found:
        for name, text in sorted(sources.items()):
            entry = zipfile.ZipInfo(name, LONG_AGO)
            entry.create_system = 3  # the default tells the machine's own
            found.writestr(entry, text)
    return buffer.getvalue()
