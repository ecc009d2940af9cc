"""The tests of this repository, tier by tier: ``./rig test`` runs them, ``nox --list`` names them.

A session that is tagged with a subsystem's name concerns that subsystem: ``./rig test nginx``.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import nox

from rigwright.dev.testing import lab_tests, pytest
from rigwright.settings.platform import NAMES

ROOT = Path(__file__).parent
SUBSYSTEMS = tuple(sorted(path.parent.name for path in ROOT.glob("deploys/*/settings.py")))
"""By their folders, so that one that cannot be imported can still be linted."""
MUTATION = ("tests/golden/test_mutation.py", "tests/alerts/test_mutation.py")
PURE = ("tests/unit", "tests/golden", "tests/alerts")
CURRENT = f"{sys.version_info.major}.{sys.version_info.minor}"
OLDEST_AND_NEWEST = [version for version in ("3.10", "3.13") if version != CURRENT]
BETWEEN = [version for version in ("3.11", "3.12") if version != CURRENT]

nox.needs_version = ">=2026.10"  # runs sessions in parallel
nox.options.download_python = "never"
nox.options.default_venv_backend = "none"
nox.options.error_on_missing_interpreters = False
# Interpreters that pyenv has and does not select.
os.environ["PATH"] += "".join(f":{path}" for path in sorted(Path.home().glob(".pyenv/versions/3.*/bin")))

Session = Callable[[nox.Session], None]


def tier(
    name: str,
    *tags: str,
    alone: bool = False,
    long: bool = False,
    pythons: Sequence[str] | None = None,
) -> Callable[[Session], Any]:
    """Declare a part of the whole.

    Args:
        name: What ``./rig test NAME`` calls it.
        tags: What else it is called by.
        alone: Whether nothing may run beside it.
        long: Whether only ``./rig test --all`` runs it.
        pythons: Versions that it runs with, each in an environment of its own, instead of this one.
    """
    return nox.session(
        name=name,
        tags=["tier", *(["long"] if long else []), *tags],
        default=not long,
        allow_parallel=not alone,
        python=pythons,
        venv_backend="venv" if pythons else "none",
        reuse_venv=True,
    )


def lab_tier(name: str, claim: str, *arguments: str, alone: bool = False, long: bool = False) -> None:
    """Declare a part that makes lab hosts, by pytest's arguments; what fails runs once more, alone."""

    def run(session: nox.Session) -> None:
        lab_tests(session, *arguments)

    run.__doc__ = claim
    tier(name, "hosts", alone=alone, long=long)(run)


def lab_files(*subsystems: str) -> list[str]:
    """Files of tests on lab hosts whose names have one of these words, but for those on VMs."""
    files = sorted(ROOT.glob("tests/lab/test_*.py"))
    named = [(str(file.relative_to(ROOT)), {*file.stem.split("_")}) for file in files]
    return [file for file, words in named if words & {*subsystems} and "vm" not in words]


@tier("unit", alone=True)
def unit(session: nox.Session) -> None:
    """Pure functions and golden files, with nothing beside them."""
    pytest(session, *PURE, *(f"--ignore={path}" for path in MUTATION))


@tier("lint", *SUBSYSTEMS)
def lint(session: nox.Session) -> None:
    """Style, types and the way imports point."""
    session.run(sys.executable, "-m", "ruff", "check", ".")
    session.run(sys.executable, "-m", "ruff", "format", "--check", "-q", ".")
    session.run(sys.executable, "-m", "mypy")
    session.run(str(Path(sys.executable).parent / "lint-imports"))


@tier("facts")
def facts(session: nox.Session) -> None:
    """What facts make of tools' output in every format."""
    pytest(session, "tests/facts")


@tier("docs")
def docs(session: nox.Session) -> None:
    """Generated pages are fresh, links lead somewhere."""
    pytest(session, "tests/docs")


# Sessions start in the order of this file; the longest stand first, so that none of them ends alone.
lab_tier("commands", "The commands of rig on hosts of every state.", "tests/lab", "-m", "commands")
lab_tier("pages", "Every command of the documentation.", "tests/lab/test_docs.py")
for half in (0, 1):
    files = lab_files(*SUBSYSTEMS)[half::2]
    lab_tier(f"subsystems-{half + 1}", "Every other subsystem, on a host that changes.", *files)
lab_tier("core", "Transactions and packages: killed, cut, refused.", "tests/lab", "-m", "core")
for system, title in NAMES.items():
    site = ("tests/lab/test_site.py", f"--os={system}")
    if system == "debian13":
        lab_tier(system, f"The site on {title}, every default and everything changed.", *site)
        continue
    lab_tier(system, f"The site on {title}, everything changed.", *site, "-k", "everything")
    lab_tier(f"{system}-defaults", f"The same, every default on {title}.", *site, "-k", "plain", long=True)


@tier("mutation")
def mutation(session: nox.Session) -> None:
    """Golden files notice every broken line of a template, and cases every wrong limit of an alert."""
    pytest(session, *MUTATION)


def under_python(session: nox.Session) -> None:
    """Run the pure tests under the session's Python."""
    session.install("--quiet", "--require-hashes", "--requirement", "requirements.lock")
    # What a template's line does is the same under every Python.
    paths = ("tests/unit", "tests/golden", "tests/facts", *(f"--ignore={path}" for path in MUTATION))
    pytest(session, *paths, python=str(Path(session.bin, "python")))


@tier("python", "python", pythons=OLDEST_AND_NEWEST)
def oldest_and_newest_python(session: nox.Session) -> None:
    """The pure tests under the oldest and the newest Python."""
    under_python(session)


@tier("python-between", "python", long=True, pythons=BETWEEN)
def python_between(session: nox.Session) -> None:
    """The same under every Python between them."""
    under_python(session)


lab_tier("lab", "The lab itself, and speed.", "tests/lab", "-m", "alone", alone=True)
lab_tier("vm", "The lab's VMs and faults of their hardware.", "tests/lab", "-m", "vm", alone=True, long=True)
lab_tier(
    "exhaustive",
    "Every line to die at, every line of a template to break.",
    *("tests/lab", "tests/golden", "--exhaustive", "-m", "not (vm or site)"),
    alone=True,
    long=True,
)


@tier("gpu", alone=True, long=True)
def gpu(session: nox.Session) -> None:
    """A real NVIDIA card, read in both ways."""
    if not Path("/dev/nvidiactl").exists():
        session.skip("needs an NVIDIA card with its driver")
    pytest(session, "tests/gpu")


def concerns(name: str) -> None:
    """Declare what concerns one subsystem: all pure tests, which take a minute, and its own lab hosts."""

    def part(part_name: str, *tags: str) -> Callable[[Session], Any]:
        tagged = ["subsystem", *tags]
        return nox.session(
            name=part_name, tags=tagged, venv_backend="none", default=False, allow_parallel=True
        )

    @part(name, name)
    def pure(session: nox.Session) -> None:
        """Everything pure, and each line of the subsystem's templates."""
        pytest(session, *PURE, "tests/docs", "tests/facts", "-k", f"not test_mutation or {name}/")

    own = f"tests/lab/test_{name}.py"
    files = lab_files(name)
    if own in files:

        @part(f"{name}-lab", name, "hosts")
        def hosts(session: nox.Session) -> None:
            """The subsystem on a lab host that changes."""
            lab_tests(session, own)

    if more := [file for file in files if file != own]:

        @part(f"{name}-lab-more", "hosts")
        def others(session: nox.Session) -> None:
            """Its other files, which take minutes each: run by this name only."""
            lab_tests(session, *more)


for subsystem in SUBSYSTEMS:
    concerns(subsystem)
