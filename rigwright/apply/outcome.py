"""How hosts are applied, and how that ended for each."""

from __future__ import annotations

import enum
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rigwright.drift.survey import Surveyed
from rigwright.errors import Exit
from rigwright.finding import Finding
from rigwright.inventory.load import Host

AT_ONCE = 5
"""Each host is a process that needs about a second of the operator's processor to start."""


class Result(enum.Enum):
    """How it ended for one host.

    ``NOT_TRIED``: the run stopped before it was this host's turn. ``UNKNOWN``: it could not be queried.
    ``REFUSED``: nothing was changed, because its plan holds what no apply may do unasked.
    """

    IN_SYNC = "in sync"
    APPLIED = "applied"
    FAILED = "failed"
    REFUSED = "refused"
    UNKNOWN = "unknown"
    NOT_TRIED = "not tried"


@dataclass(frozen=True)
class Outcome:
    """The result for one host.

    Attributes:
        before: What differed before.
        after: What differs afterwards, which decides the exit code.
        code: pyinfra's own exit code, 0 where it had nothing to do.
        messages: What the host printed when something failed.
        claims: The host tests that failed afterwards, where they were asked for.
        refused: Nothing was tried, for the reason in ``messages``.
        tried: False: the run stopped before.
    """

    host: Host
    before: Surveyed
    after: Surveyed
    code: int
    seconds: float
    messages: tuple[str, ...] = ()
    claims: tuple[Finding, ...] = ()
    refused: bool = False
    tried: bool = True

    @property
    def good(self) -> bool:
        """Whether the host is as its inventory states."""
        whole = not self.after.error and not self.after.findings and not self.claims
        return self.tried and whole and self.code == Exit.OK

    @property
    def result(self) -> Result:
        """In one word."""
        if not self.tried:
            return Result.NOT_TRIED
        if self.before.error:
            return Result.UNKNOWN
        if self.good:
            return Result.APPLIED if self.before.findings else Result.IN_SYNC
        return Result.REFUSED if self.refused else Result.FAILED


@dataclass(frozen=True)
class How:
    """How hosts are applied to.

    Attributes:
        adopt: Replace what is not managed.
        only: Apply these subsystems alone, and what they need; all where it is empty.
        at_once: How many hosts of a batch at a time.
        agreed: The plan was shown: a host for which it is another by now is refused.
        batches: Sizes of batches; empty: the first of three hosts or more goes alone.
        stop_after: No further host is begun once more than so many have failed.
        settle: Seconds from the end of a batch to its query; None: ``WATCH_SECONDS`` before another batch.
        verify: The claims of a host that do not hold, after its batch.
        receive: Called with a host's name and each line of its run as it comes.
        ended: Called with each outcome as it is there, from one thread at a time.
    """

    adopt: bool = False
    only: tuple[str, ...] = ()
    at_once: int = AT_ONCE
    agreed: bool = False
    batches: tuple[str, ...] = ()
    stop_after: int = 0
    settle: int | None = None
    verify: Callable[[Host], tuple[Finding, ...]] | None = None
    receive: Callable[[str, str], None] | None = None
    ended: Callable[[Outcome], None] | None = None


def not_tried(outcomes: Sequence[Outcome]) -> list[str]:
    """The names of the hosts whose turn did not come."""
    return [one.host.name for one in outcomes if one.result is Result.NOT_TRIED]


def verdict(outcomes: Sequence[Outcome]) -> Exit:
    """Whether every host was found as its inventory states afterwards."""
    return Exit.OK if outcomes and all(one.good for one in outcomes) else Exit.UNKNOWN
