"""After a boot what goes by itself is waited for, and what stays is not waited for in vain."""

from __future__ import annotations

from collections.abc import Sequence

from rigwright.finding import Finding
from rigwright.reboot.settle import settled


def finding(where: str) -> Finding:
    return Finding("web", "nginx", "unit.state", where, f"{where} is stopped")


class Host:
    """One whose findings are these, query by query; each query takes some seconds."""

    def __init__(self, *found: Sequence[Finding], seconds: float = 1) -> None:
        self.found = list(found)
        self.seconds = seconds
        self.clock = 0.0
        self.asked: list[Sequence[Finding]] = []
        self.shown: list[str] = []

    def query(self, left: Sequence[Finding]) -> Sequence[Finding]:
        """Its next findings."""
        self.asked.append(left)
        self.clock += self.seconds
        return self.found[min(len(self.asked), len(self.found)) - 1]

    def wait(self, seconds: float) -> None:
        """Let time pass."""
        self.clock += seconds

    def settled(self, *known: Finding) -> Sequence[Finding]:
        """What is left after its reboot."""
        return settled(self.query, self.shown.append, known=known, pause=self.wait, now=lambda: self.clock)


def test_a_host_that_is_as_desired_is_queried_once() -> None:
    host = Host([])
    assert host.settled() == []
    assert (len(host.asked), host.shown) == (1, [])


def test_what_goes_by_itself_is_waited_for_with_a_line_for_each_try() -> None:
    host = Host([finding("a"), finding("b")], [finding("a")], [])
    assert host.settled() == []
    assert host.shown == [
        "2 not as desired yet (nginx: a is stopped)",
        "1 not as desired yet (nginx: a is stopped)",
    ]


def test_what_was_there_before_the_boot_is_not_waited_for() -> None:
    host = Host([finding("a")])
    assert host.settled(finding("a")) == [finding("a")]
    assert (len(host.asked), host.clock) == (1, 1)


def test_what_stays_ends_the_waiting() -> None:
    host = Host([finding("a")])
    assert host.settled() == [finding("a")]
    assert host.clock < 60


def test_a_slow_query_is_asked_once_more_and_for_what_is_left_alone() -> None:
    """The claims of a host take minutes, in which everything has had the time to start."""
    host = Host([finding("a")], seconds=200)
    assert host.settled() == [finding("a")]
    assert host.asked == [(), [finding("a")]]
