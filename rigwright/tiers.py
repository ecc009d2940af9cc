"""The tiers of this repository's tests: what each runs, what it needs, and how long it may take."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rigwright.platform import NAMES, Os

LAB = Path(__file__).parents[1] / "tests" / "lab"
MUTATION = "tests/golden/test_mutation.py"
NO_MUTATION = f"--ignore={MUTATION}"
SITE = "tests/lab/test_site.py"
PAGES = "tests/lab/test_docs.py"
SUBSYSTEM_TESTS = (
    "test_accidents.py",
    "test_base.py",
    "test_delivery.py",
    "test_docker.py",
    "test_docker_ports.py",
    "test_exporters.py",
    "test_failed_logins.py",
    "test_firewall.py",
    "test_lock_out.py",
    "test_nginx.py",
    "test_nginx_acme.py",
    "test_nightly.py",
    "test_postgres.py",
    "test_postgres_report.py",
    "test_prometheus.py",
    "test_redis.py",
    "test_ssh.py",
    "test_upstream.py",
)
SUBSYSTEM_PATHS = tuple(f"tests/lab/{name}" for name in SUBSYSTEM_TESTS)
# What measures time, or compares the whole machine before and after.
ALONE_TESTS = ("lab", "lab_script", "speed")
ALONE_PATHS = tuple(f"tests/lab/test_{name}.py" for name in ALONE_TESTS)
CORE_TESTS = ("kill", "odd_hosts", "packages", "transaction")
CORE_PATHS = tuple(f"tests/lab/test_{name}.py" for name in CORE_TESTS)
VM = "tests/lab/test_vm*.py"
VM_PATHS = tuple(sorted(f"tests/lab/{path.name}" for path in LAB.glob("test_vm*.py")))
PYTHONS = ("3.10", "3.11", "3.12", "3.13")


@dataclass(frozen=True)
class Tier:
    """One tier.

    Attributes:
        name: How it is called, and chosen by ``rig test NAME``.
        claim: What it shows.
        commands: What it runs, one after the other; the first that fails ends it.
        budget_seconds: How long it should take on two cores; longer is told, and is no failure.
        needs_root: Whether it makes lab hosts.
        always: Whether it runs without ``--all``.
        beside: Whether it may run beside another such tier, because nothing in it measures time.
        needs_card: Whether it asks a real NVIDIA card.
    """

    name: str
    claim: str
    commands: tuple[tuple[str, ...], ...]
    budget_seconds: int
    needs_root: bool = False
    always: bool = True
    beside: bool = False
    needs_card: bool = False

    @property
    def forbidden(self) -> bool:
        """Whether only the rights of whoever runs the tests are in its way."""
        return self.needs_root and os.geteuid() != 0

    @property
    def obstacle(self) -> str | None:
        """Why it cannot run here, None when it can."""
        if self.forbidden:
            return "needs root for lab hosts: sudo ./rig test"
        if self.needs_card and not Path("/dev/nvidiactl").exists():
            return "needs an NVIDIA card with its driver"
        return None


def _pytest(*arguments: str) -> tuple[str, ...]:
    return ("{python}", "-m", "pytest", "-q", "--durations=8", *arguments)


def _without(*paths: str) -> tuple[str, ...]:
    return tuple(f"--ignore-glob={path}" for path in paths)


def _site(os: Os) -> Tier:
    """The main job on one operating system."""
    claim = f"the site on {NAMES[os]}, every default and everything changed"
    return Tier(os, claim, (_pytest(SITE, f"--os={os}"),), 480, needs_root=True, beside=True)


TIERS = (
    Tier(
        "lint",
        "style, types and the way imports point",
        (
            ("{python}", "-m", "ruff", "check", "."),
            ("{python}", "-m", "ruff", "format", "--check", "-q", "."),
            ("{python}", "-m", "mypy"),
            ("{bin}/lint-imports",),
        ),
        120,
        beside=True,
    ),
    Tier(
        "unit",
        "pure functions and golden files",
        (_pytest("tests/unit", "tests/golden", "tests/alerts", NO_MUTATION),),
        20,
        beside=True,
    ),
    Tier(
        "mutation", "a golden file notices every broken template line", (_pytest(MUTATION),), 90, beside=True
    ),
    Tier("facts", "readings of every format", (_pytest("tests/facts"),), 20, beside=True),
    Tier(
        "docs", "generated pages are fresh, links lead somewhere", (_pytest("tests/docs"),), 20, beside=True
    ),
    Tier(
        "lab",
        "the lab's hosts in containers and how fast they are looked at, with nothing beside them",
        (_pytest(*ALONE_PATHS),),
        300,
        needs_root=True,
    ),
    Tier(
        "subsystems",
        "each subsystem's behaviour on a host that changes",
        (_pytest(*SUBSYSTEM_PATHS),),
        1800,
        needs_root=True,
        beside=True,
    ),
    Tier(
        "core",
        "transactions and packages on a host, killed, cut and refused",
        (_pytest(*CORE_PATHS),),
        600,
        needs_root=True,
        beside=True,
    ),
    Tier(
        "pages",
        "every command of the documentation, page by page",
        (_pytest(PAGES),),
        1200,
        needs_root=True,
        beside=True,
    ),
    Tier(
        "commands",
        "the commands on hosts of every state",
        (_pytest("tests/lab", *_without(SITE, PAGES, VM, *SUBSYSTEM_PATHS, *CORE_PATHS, *ALONE_PATHS)),),
        600,
        needs_root=True,
        beside=True,
    ),
    *(_site(os) for os in NAMES),
    Tier(
        "vm",
        "the lab's VMs and what breaks in their hardware",
        (_pytest(*VM_PATHS),),
        1800,
        needs_root=True,
        always=False,
    ),
    Tier(
        "gpu",
        "a real NVIDIA card, read in both ways",
        (_pytest("tests/gpu"),),
        60,
        always=False,
        needs_card=True,
    ),
    Tier(
        "exhaustive",
        "every line to die at, every template line to break",
        (_pytest("tests/lab", "tests/golden", "--exhaustive", *_without(SITE, VM)),),
        7200,
        needs_root=True,
        always=False,
    ),
)


def other_pythons(current: str) -> dict[str, Path | None]:
    """The supported versions besides the current one, each with its interpreter where there is one."""
    return {version: _find(version) for version in PYTHONS if version != current}


def _find(version: str) -> Path | None:
    on_path = shutil.which(f"python{version}")
    candidates = [Path(on_path)] if on_path and "shims" not in on_path else []
    candidates += sorted(Path.home().glob(f".pyenv/versions/{version}.*/bin/python"))
    return next(iter(candidates), None)


@dataclass(frozen=True)
class Ran:
    """How a tier went.

    Attributes:
        again: Of those that passed, how many did only when they were run once more.
        why_not: Why it did not run.
    """

    tier: Tier
    good: bool
    seconds: float = 0.0
    passed: int = 0
    failed: int = 0
    skipped: int = 0
    again: int = 0
    why_not: str | None = None


def support(results: Sequence[Ran], revision: str) -> str:
    """A table in Markdown: on which systems these tests showed that the site works."""
    by_name = {ran.tier.name: ran for ran in results}
    rows = [f"| {NAMES[os]} | {_told(by_name.get(os))} |" for os in NAMES]
    head = ["# Support, as the tests of this run showed it", "", f"Revision {revision}.", ""]
    return "\n".join([*head, "| System | Site applied and verified |", "|---|---|", *rows, ""])


def _told(ran: Ran | None) -> str:
    if ran is None:
        return "not run: not chosen"
    if ran.why_not:
        return f"not run: {ran.why_not}"
    again = f", {ran.again} of them only when run once more" if ran.again else ""
    return f"{ran.passed} passed{again}" if ran.good else f"FAILED: {ran.failed} of {ran.passed + ran.failed}"
