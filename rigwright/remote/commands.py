"""The commands that reach a host, as argument lists. None of them holds a secret."""

from __future__ import annotations

from collections.abc import Iterable

from rigwright.desired import Drain, Drive
from rigwright.remote.bundle import bundle
from rigwright.remote.imports import libraries
from rigwright.repository import ROOT

_HERE = ROOT / "rigwright" / "host"
LOCK_WAIT_SECONDS = 120

RUN = (_HERE / "run.sh").read_text()
TRANSACTION_PARTS = ("common", "stage", "check", "arm", "activate", "recover", "verbs")
"""Parts of ``rigwright/host/transaction/``, in the order in which they are joined to ``transaction.sh``."""
TRANSACTION = "\n".join((_HERE / "transaction" / f"{part}.sh").read_text() for part in TRANSACTION_PARTS)
PACKAGES = (_HERE / "packages.sh").read_text()
REBOOT = (_HERE / "reboot.sh").read_text()

REVIEWED_PATH = "/var/lib/rigwright/access-reviewed"
_REVIEWED = f"""\
set -eu
umask 077
mkdir -p {REVIEWED_PATH.rpartition("/")[0]}
printf '%s %s\\n' "$(date +%s)" "$1" >{REVIEWED_PATH}.new
mv {REVIEWED_PATH}.new {REVIEWED_PATH}
"""

REBOOT_ORDERED = "result: ordered"
"""The last line of ``reboot.sh`` where systemd took the order."""

TRANSACTION_PATH = "/var/lib/rigwright/bin/transaction.sh"
PACKAGES_PATH = "/var/lib/rigwright/bin/packages.sh"


def _run(text: str, script: str, unit: str, holder: str, wait_seconds: int, *arguments: str) -> list[str]:
    return ["sh", "-c", RUN, "rigwright", text, script, unit, holder, str(wait_seconds), *arguments]


def transaction(
    verb: str, subsystem: str, *arguments: str, by: str, wait_seconds: int = LOCK_WAIT_SECONDS
) -> list[str]:
    """Run one verb of ``transaction.sh``; ``apply`` takes the payload's SHA-256, and the payload as input."""
    holder = f"rigwright: {verb} {subsystem} by {by}"
    return _run(
        TRANSACTION,
        "transaction.sh",
        "rigwright-transaction",
        holder,
        wait_seconds,
        verb,
        subsystem,
        *arguments,
    )


def install(packages: tuple[str, ...], *, by: str, wait_seconds: int = LOCK_WAIT_SECONDS) -> list[str]:
    """Install packages in one apt transaction; one whose name ends with ``-`` may be removed for them."""
    holder = f"rigwright: install {' '.join(packages)} by {by}"
    return _run(PACKAGES, "packages.sh", "rigwright-packages", holder, wait_seconds, "install", *packages)


def reboot(drains: Iterable[Drain], *, by: str) -> list[str]:
    """End what these name, and reboot; it does not wait for the lock of the transactions."""
    arguments: list[str] = []
    for one in drains:
        restarts = "yes" if one.restarts else "no"
        arguments += [one.unit, restarts, str(one.timeout_seconds), one.what, one.command]
    unit, holder = "rigwright-transaction", f"rigwright: reboot by {by}"
    return _run(REBOOT, "reboot.sh", unit, holder, 0, "reboot", *arguments)


def reboot_blockers() -> list[str]:
    """Print what blocks a reboot at this time, as JSON on standard output."""
    return ["python3", "-I", "-c", bundle("rigwright.host.reboot_blockers")]


def observe() -> list[str]:
    """Run the query on standard input, and print its result as JSON on standard output."""
    return ["python3", "-I", "-c", bundle("rigwright.host.observe")]


def health(limit_seconds: int, drives: Iterable[Drive] = ()) -> list[str]:
    """Print the output of the host's health tools, each within this time, as JSON on standard output.

    Args:
        limit_seconds: What one tool may take.
        drives: Disks that are queried by a device type of their own.
    """
    named = (one.argument for one in drives)
    return ["python3", "-I", "-c", bundle("rigwright.host.health"), str(limit_seconds), *named]


def diagnose(hours: float, drives: Iterable[Drive] = ()) -> list[str]:
    """Print what is wrong on the host and what happened in the last hours, as JSON on standard output."""
    named = (one.argument for one in drives)
    return ["python3", "-I", "-c", bundle("rigwright.host.diagnose"), f"{hours:g}", *named]


def python_works() -> list[str]:
    """Import what the programs for hosts import, which python3-minimal alone has not."""
    programs = sorted(f"rigwright.host.{path.stem}" for path in _HERE.glob("*.py"))
    return ["python3", "-I", "-c", f"import zlib, {', '.join(libraries(*programs))}"]


def hardware() -> list[str]:
    """Show what the host is made of; queries on standard input, JSON on standard output."""
    return ["python3", "-I", "-c", bundle("rigwright.host.hardware")]


def access() -> list[str]:
    """Print who can log in to the host and with what, as JSON on standard output."""
    return ["python3", "-I", "-c", bundle("rigwright.host.access")]


def reviewed(*, by: str) -> list[str]:
    """Record on the host that an operator has just reviewed who can log in to it."""
    return ["sh", "-c", _REVIEWED, "rigwright", by]
