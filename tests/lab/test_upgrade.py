"""A host that an older revision applied is brought over by one apply, and no service restarts."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from rigwright import lab
from rigwright.lab import LabHost
from tests.support.command import ROOT, rig

OLD = "4dac132"
"""The last commit with manifests of version 2."""

NAME = "everything-old13"
INVENTORY = "inventories/lab.py"
RUNNING = "systemctl list-units --type=service --state=running --no-legend --plain | cut -d' ' -f1"
STARTED = f"""
for unit in $({RUNNING}); do
    echo "$unit $(systemctl show -p ExecMainStartTimestampMonotonic --value "$unit")"
done"""


@pytest.fixture(scope="module")
def old(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The repository as it was at that commit, with the secrets of this one's lab."""
    folder = tmp_path_factory.mktemp("old") / "rigwright"
    subprocess.run(["git", "clone", "-q", "--no-checkout", str(ROOT), str(folder)], check=True)
    done = subprocess.run(
        ["git", "-C", str(folder), "checkout", "-q", OLD], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"{done.stderr}: a clone with its history is needed"
    (ROOT / ".lab").mkdir(exist_ok=True)
    (folder / ".lab").symlink_to(ROOT / ".lab")
    return folder


RESTARTED = {"docker.service", "pgbouncer.service", "prometheus-pgbouncer-exporter.service"}
"""As the changelog announces: Docker once, with containers that run on by live restore; the pooler, because
the scenario gives it an address of a network of containers."""


@pytest.fixture(scope="module")
def host(old: Path) -> Iterator[LabHost]:
    """A host with every setting changed, applied by the older revision."""
    lab.down(NAME)
    up = lab.up(NAME, "debian13")
    done = subprocess.run(
        [sys.executable, "-m", "rigwright", "apply", INVENTORY, "--limit", NAME],
        cwd=old,
        env={**os.environ, "PYTHONPATH": str(old), "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    yield up
    lab.down(NAME)


def started(host: LabHost) -> dict[str, str]:
    """When each running service was started, by its unit."""
    rows = host.run(STARTED).stdout.split("\n")
    return dict(row.split(" ", 1) for row in rows if row)


def versions(host: LabHost) -> set[int]:
    """The formats of the host's manifests."""
    rows = host.run("grep -ho '\"version\": *[0-9]*' /var/lib/rigwright/manifests/*.json").stdout.split("\n")
    return {int(row.rpartition(":")[2]) for row in rows if row}


def test_one_apply_brings_it_over_without_a_restart(host: LabHost) -> None:
    before = started(host)
    assert {"nginx.service", "docker.service", "ssh.service"} <= before.keys()
    assert versions(host) == {2}
    assert rig("plan", INVENTORY, "--limit", NAME).returncode == 2
    done = rig("apply", INVENTORY, "--limit", NAME)
    assert done.returncode == 0, done.stdout
    after = started(host)
    assert {unit for unit in before if after.get(unit) != before[unit]} <= RESTARTED
    assert versions(host) == {3}
    assert rig("drift", INVENTORY, "--limit", NAME).returncode == 0


def test_the_nightly_check_reads_the_new_manifests(host: LabHost) -> None:
    done = host.run(
        "systemctl start rigwright-drift.service; systemctl show -p Result --value rigwright-drift"
    )
    assert done.stdout.split() == ["success"]
