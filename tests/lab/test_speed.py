"""What is promised about speed, as far as a busy machine allows: commands counted, times compared.

Seconds are measured by ``rig bench``, on a machine that has nothing else to do.
"""

from __future__ import annotations

import shlex
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import pytest

from deploys.rig import subsystems
from rigwright import lab
from rigwright.dev.bench import clock
from rigwright.dev.bench.ground import SCENARIOS, at
from rigwright.dev.bench.sessions import Counter, talk
from rigwright.inventory.load import limit, load
from rigwright.lab import LabHost
from rigwright.observed.model import query
from rigwright.remote import commands
from tests.support.command import ROOT, pyinfra

pytestmark = pytest.mark.alone

INVENTORY = "inventories/lab.py"
AT_MOST_TIMES = 2.5


@pytest.fixture(scope="module", params=SCENARIOS.values())
def host(request: pytest.FixtureRequest) -> Iterator[LabHost]:
    """A host in sync whose SSH server logs every command."""
    name = cast("str", request.param)
    up = lab.up(name)
    try:
        done = pyinfra(INVENTORY, "-y", "--limit", name)
        assert done.returncode == 0, done.stdout[-3000:]
        talk(up)
        yield up
    finally:
        lab.down(name)


def drift(host: LabHost) -> list[str]:
    return [str(ROOT / "rig"), "drift", INVENTORY, "--limit", host.name]


def bare(host: LabHost, folder: Path) -> list[str]:
    """The least that such a check can be: Python with its libraries, and the query itself by OpenSSH."""
    (described,) = limit(load(Path(INVENTORY)), [host.name])
    query_file = folder / "query"
    query_file.write_text(query(described.rig.desired(), everything=True))
    command = shlex.join([*host.ssh(), f"sudo -H -n -- {shlex.join(commands.observe())}"])
    start = f"{sys.executable} -I -c 'import jinja2, paramiko, pydantic'"
    return ["sh", "-c", f"{start} && exec {command} <{query_file}"]


def count(host: LabHost, command: list[str]) -> Counter:
    with Counter(host) as counter:
        clock.seconds(command)
    return counter


def test_the_host_counts_what_reaches_it(host: LabHost) -> None:
    assert count(host, ["true"]).commands == 0
    assert count(host, [*host.ssh(), "true"]).commands == 1
    twice = count(host, ["sh", "-c", 'for i in 1 2; do "$@" true; done', "sh", *host.ssh()])
    assert (twice.commands, twice.logins) == (2, 2)


@pytest.mark.parametrize("option", ["-y", "--dry"])
def test_a_run_in_sync_stays_within_its_budget_of_commands(host: LabHost, option: str) -> None:
    counted = count(host, clock.pyinfra(host.name, option))
    budget = 2 * len(subsystems()) + 5
    assert counted.commands <= budget
    # What it costs today: one query of the whole host. A change that adds a command changes this number.
    assert counted.commands == 1
    assert counted.logins == 1


def test_the_drift_check_of_a_whole_host_is_one_command(host: LabHost) -> None:
    counted = count(host, drift(host))
    assert (counted.commands, counted.logins) == (1, 1)


@pytest.mark.parametrize("milliseconds", [0, 50])
def test_the_drift_check_takes_little_longer_than_its_query_alone(
    host: LabHost, milliseconds: int, tmp_path: Path
) -> None:
    """By turns, and the fastest of each, so that a slow machine or a busy minute counts for both."""
    least = bare(host, tmp_path)
    with at(host, milliseconds):
        runs = [(clock.seconds(drift(host)), clock.seconds(least)) for _ in range(4)]
    ours, others = (min(times) for times in zip(*runs, strict=True))
    assert ours < AT_MOST_TIMES * others, runs
