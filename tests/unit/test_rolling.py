"""A run over many hosts: in which order, watched, and stopped before a mistake reaches them all."""

from __future__ import annotations

import dataclasses
import pickle
import subprocess
import sys
from pathlib import Path
from threading import Lock

import pytest

from deploys.base.settings import BaseSettings
from deploys.rig import Machine, Rig
from rigwright.apply.batches import sizes, split
from rigwright.apply.converge import planned
from rigwright.apply.given import INVENTORY, packed
from rigwright.apply.outcome import How, Outcome, Result, verdict
from rigwright.apply.rolling import Rollout
from rigwright.apply.terminal import summary
from rigwright.desired import Desired
from rigwright.drift.survey import Surveyed
from rigwright.errors import Exit, RigError
from rigwright.finding import Finding
from rigwright.inventory.load import Host, load
from rigwright.secrets.value import Secret
from rigwright.settings.platform import Platform
from tests.support.command import ROOT


@dataclasses.dataclass(frozen=True)
class Bare:
    """A rig of nothing."""

    @property
    def platform(self) -> Platform:
        """Of no meaning here."""
        return Platform("debian13")

    def desired(self) -> tuple[Desired, ...]:
        """Nothing."""
        return (Desired("web"),)


def due(name: str, kind: str = "file.content") -> Surveyed:
    return Surveyed(
        Host(name, Bare(), {}), (Finding(name, "web", kind, "/etc/web", "it differs"),), managed=True
    )


def applied(before: Surveyed, *, good: bool = True) -> Outcome:
    after = Surveyed(before.host, () if good else before.findings)
    return Outcome(before.host, before, after, Exit.OK, 1.0)


class Run:
    """Simulated hosts: what was applied, and in which order."""

    def __init__(self, how: How, bad: str = "", later: str = "") -> None:
        self.bad, self.later = bad.split(), later.split()
        self.begun: list[str] = []
        self.reported: list[tuple[str, str]] = []
        self.most = 0
        self._running = 0
        self._lock = Lock()
        self.how = dataclasses.replace(how, ended=self._ended)
        self.rollout = Rollout(self.how, self._act, self._query)

    def _act(self, before: Surveyed) -> Outcome:
        with self._lock:
            self.begun.append(before.host.name)
            self._running += 1
            self.most = max(self.most, self._running)
        outcome = applied(before, good=before.host.name not in self.bad)
        with self._lock:
            self._running -= 1
        return outcome

    def _query(self, host: Host) -> Surveyed:
        return due(host.name, "unit.state") if host.name in self.later else Surveyed(host)

    def _ended(self, outcome: Outcome) -> None:
        self.reported.append((outcome.host.name, outcome.result.value))

    def of(self, names: str) -> dict[str, str]:
        """The result of each host, by its name."""
        before = [due(name) for name in names.split()]
        self.rollout.run(planned(before, self.how))
        return {name: one.result.value for name, one in self.rollout.outcomes.items()}


@pytest.mark.parametrize(
    ("text", "hosts", "batches"),
    [
        ("1,25%,rest", 8, [1, 2, 5]),
        ("1,25%,rest", 3, [1, 1, 1]),
        ("1,25%,rest", 1, [1]),
        ("rest", 4, [4]),
        ("2", 5, [2, 2, 1]),
        ("50%", 5, [2, 2, 1]),
        ("10%", 3, [1, 1, 1]),
        ("1, 2", 6, [1, 2, 2, 1]),
        ("100%", 3, [3]),
        ("7", 0, []),
    ],
)
def test_the_sizes_of_batches(text: str, hosts: int, batches: list[int]) -> None:
    made = split(list(range(hosts)), sizes(text))
    assert [len(one) for one in made] == batches
    assert [one for batch in made for one in batch] == list(range(hosts))


@pytest.mark.parametrize(
    "text", ["", "0", "0%", "101%", "-1", "rest,1", "1,,2", "half", "1.5", "1;2", "25 %"]
)
def test_what_is_no_size_is_refused(text: str) -> None:
    with pytest.raises(RigError, match="is no size of a batch"):
        sizes(text)


def test_four_hosts_of_which_the_first_breaks_leave_three_untouched() -> None:
    run = Run(How(settle=0), bad="a")
    assert run.of("a b c d") == {"a": "failed", "b": "not tried", "c": "not tried", "d": "not tried"}
    assert run.begun == ["a"]
    outcomes = [run.rollout.outcomes[name] for name in "abcd"]
    assert verdict(outcomes) is Exit.UNKNOWN
    text = "\n".join(summary(outcomes, 0))
    assert "4 hosts: 1 failed, 3 not tried" in text
    assert "not tried, after a failure: b, c, d" in text


def test_without_a_failure_every_host_is_applied_and_reported_once() -> None:
    run = Run(How(settle=0))
    assert set(run.of("a b c d").values()) == {"applied"}
    assert run.begun[0] == "a"
    assert sorted(run.reported) == [(name, "applied") for name in "abcd"]
    assert verdict([*run.rollout.outcomes.values()]) is Exit.OK


def test_so_many_failures_may_be_over_the_whole_run() -> None:
    how = How(settle=0, at_once=1, batches=("1",), stop_after=1)
    run = Run(how, bad="a c")
    assert run.of("a b c d e") == {
        "a": "failed",
        "b": "applied",
        "c": "failed",
        "d": "not tried",
        "e": "not tried",
    }


def test_within_a_batch_no_further_host_is_begun_after_a_failure() -> None:
    run = Run(How(settle=0, at_once=1, batches=("rest",)), bad="b")
    assert run.of("a b c d")["c"] == "not tried"
    assert run.begun == ["a", "b"]


def test_no_more_than_so_many_at_once() -> None:
    run = Run(How(settle=0, at_once=2, batches=("rest",)))
    run.of(" ".join(f"h{number}" for number in range(40)))
    assert run.most <= 2
    assert len(run.begun) == 40


def test_a_host_that_fails_while_it_is_watched_stops_the_next_batch() -> None:
    run = Run(How(settle=1), later="a")
    assert run.of("a b c d")["a"] == "failed"
    assert run.begun == ["a"]
    assert run.reported[:2] == [("a", "applied"), ("a", "failed")]
    assert run.rollout.outcomes["a"].messages == ("it was in sync 1 s before",)


def test_a_claim_that_does_not_hold_stops_the_next_batch() -> None:
    claim = Finding("a", "web", "verify.failed", "x", "does not hold")
    run = Run(How(settle=0, verify=lambda host: (claim,) if host.name == "a" else ()))
    assert run.of("a b c d")["a"] == "failed"
    assert run.begun == ["a"]
    assert run.rollout.outcomes["a"].claims == (claim,)


def test_tests_that_could_not_run_are_no_success() -> None:
    def broken(host: Host) -> tuple[Finding, ...]:
        raise RigError("could not connect during the host tests", host=host.name)

    run = Run(How(settle=0, verify=broken))
    assert set(run.of("a b c").values()) == {"failed", "not tried"}


def test_hosts_that_are_out_of_service_go_first() -> None:
    before = [due("a"), due("b", "unit.state"), due("c"), due("d", "probe.failed")]
    batches = planned(before, How())
    assert [[one.host.name for one in batch] for batch in batches] == [["b"], ["d"], ["a", "c"]]


def test_two_hosts_go_together_and_hosts_in_sync_are_in_no_batch() -> None:
    quiet = [Surveyed(Host(name, Bare(), {})) for name in "xyz"]
    down = Surveyed(Host("down", Bare(), {}), error=RigError("it is down"))
    assert [len(one) for one in planned([due("a"), *quiet, down, due("b")], How())] == [2]


SECRET = "hunter2-canary"  # noqa: S105  a canary
GIVEN = """
import os
from deploys.base.settings import BaseSettings
from deploys.rig import Machine, Rig
from rigwright.inventory.load import ssh_host
with open(os.environ["COUNT"], "a") as file:
    file.write("loaded\\n")
def _rig(name):
    return Rig(machine=Machine(os="debian13"), base=BaseSettings(hostname=name))
web = [ssh_host(f"web{n}", _rig(f"web{n}"), address="192.0.2.1", user="operator") for n in range(3)]
edge = [web[1]]
"""
READ = """
import sys
from pyinfra.api.state import State
from pyinfra.context import ctx_state
from pyinfra_cli.inventory import make_inventory_from_files
with ctx_state.use(State()):
    read = make_inventory_from_files(sys.argv[1])
    for host in read:
        print(host.name, sorted(host.groups), host.data.rig.base.hostname, host.data.ssh_hostname)
"""


def test_a_pyinfra_process_gets_its_own_host_and_never_runs_the_inventory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    count = tmp_path / "count"
    monkeypatch.setenv("COUNT", str(count))
    path = tmp_path / "fleet.py"
    path.write_text(GIVEN)
    hosts = load(path)
    assert count.read_text() == "loaded\n"
    for host in hosts:
        done = subprocess.run(
            [sys.executable, "-c", READ, str(INVENTORY)],
            input=packed(host),
            capture_output=True,
            cwd=ROOT,
            check=False,
        )
        groups = sorted({"web", "fleet", "given_inventory", *(["edge"] if host.name == "web1" else [])})
        assert done.stdout.decode() == f"{host.name} {groups} {host.name} 192.0.2.1\n", done.stderr.decode()
    assert count.read_text() == "loaded\n"


def test_a_secret_travels_whole_and_only_this_way() -> None:
    secret = Secret("mail", SECRET, "prod.age")
    host = Host("web", Rig(machine=Machine(os="debian13"), base=BaseSettings()), {"token": secret}, ("web",))
    content = packed(host)
    assert content is not None
    name, data, groups = pickle.loads(pickle.loads(content)[1])  # noqa: S301  made here
    assert (name, groups, data["token"], data["token"].store) == ("web", ("web",), secret, "prod.age")
    with pytest.raises(TypeError, match="not for pickling"):
        pickle.dumps(secret)


def test_a_rig_that_cannot_travel_leaves_pyinfra_to_the_inventory() -> None:
    @dataclasses.dataclass(frozen=True)
    class Local(Bare):
        """Of no module."""

    assert packed(Host("web", Local(), {})) is None


def test_what_was_refused_or_unknown_before_is_no_failure_of_the_run() -> None:
    down = Surveyed(Host("down", Bare(), {}), error=RigError("it is down"))
    run = Run(How(settle=0))
    run.rollout.end(Outcome(down.host, down, down, Exit.UNKNOWN, 0.0))
    assert not run.rollout.stopped
    found = run.of("a b c")
    assert (found["down"], found["c"]) == ("unknown", "applied")
    assert verdict([*run.rollout.outcomes.values()]) is Exit.UNKNOWN
    assert Result.UNKNOWN in {one.result for one in run.rollout.outcomes.values()}
