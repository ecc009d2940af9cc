"""The tiers of this repository's tests: what each runs, what it needs, and how long it may take."""

from __future__ import annotations

from rigwright.repository import ROOT
from rigwright.settings.platform import NAMES, Os
from rigwright.tier import Tier

LAB = ROOT / "tests" / "lab"
MUTATION = "tests/golden/test_mutation.py"
NO_MUTATION = f"--ignore={MUTATION}"
SITE = "tests/lab/test_site.py"
PAGES = "tests/lab/test_docs.py"
SUBSYSTEM_TESTS = (
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
# Two tiers, because together they would outlast everything that runs beside them.
SYSTEM_PATHS, SERVICE_PATHS = SUBSYSTEM_PATHS[:8], SUBSYSTEM_PATHS[8:]
# What measures time, or compares the whole machine before and after.
ALONE_TESTS = ("lab", "lab_script", "speed")
ALONE_PATHS = tuple(f"tests/lab/test_{name}.py" for name in ALONE_TESTS)
CORE_TESTS = ("accidents", "kill", "odd_hosts", "packages", "transaction")
CORE_PATHS = tuple(f"tests/lab/test_{name}.py" for name in CORE_TESTS)
VM = "tests/lab/test_vm*.py"
VM_PATHS = tuple(sorted(f"tests/lab/{path.name}" for path in LAB.glob("test_vm*.py")))


def _pytest(*arguments: str) -> tuple[str, ...]:
    return ("{python}", "-m", "pytest", "-q", "--durations=8", *arguments)


def _without(*paths: str) -> tuple[str, ...]:
    return tuple(f"--ignore-glob={path}" for path in paths)


def _site(os: Os) -> tuple[Tier, ...]:
    """The main job on one operating system; on Ubuntu the defaults wait for ``--all``."""
    shapes: dict[str, tuple[str, tuple[str, ...]]] = {os: ("every default and everything changed", ())}
    if os.startswith("ubuntu"):
        shapes = {
            os: ("everything changed", ("-k", "everything")),
            f"{os}-defaults": ("every default", ("-k", "plain")),
        }
    return tuple(
        Tier(
            name,
            f"the site on {NAMES[os]}, {claim}",
            (_pytest(SITE, f"--os={os}", *only),),
            480,
            needs_root=True,
            always=name == os,
            beside=True,
        )
        for name, (claim, only) in shapes.items()
    )


TIERS = (
    Tier(
        "unit",
        "pure functions and golden files, with nothing beside them",
        (_pytest("tests/unit", "tests/golden", "tests/alerts", NO_MUTATION),),
        20,
    ),
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
        "system",
        "accounts, firewall, containers and alerts on a host that changes",
        (_pytest(*SYSTEM_PATHS),),
        1200,
        needs_root=True,
        beside=True,
    ),
    Tier(
        "services",
        "web server, databases, monitoring and sshd on a host that changes",
        (_pytest(*SERVICE_PATHS),),
        1200,
        needs_root=True,
        beside=True,
    ),
    Tier(
        "core",
        "transactions and packages on a host, killed, cut and refused, and accidents by the hundred",
        (_pytest(*CORE_PATHS),),
        900,
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
    *(tier for os in NAMES for tier in _site(os)),
    Tier(
        "vm",
        "the lab's VMs and what breaks in their hardware",
        (_pytest(*VM_PATHS),),
        4200,
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
