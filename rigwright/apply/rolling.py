"""One batch of hosts after the other, each watched, and no further host after a failure."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Lock

from rigwright.apply.outcome import How, Outcome, Result
from rigwright.drift.survey import Surveyed
from rigwright.errors import Exit, RigError
from rigwright.inventory.load import Host

WATCH_SECONDS = 10
"""A service that dies soon after its start has died by then, and systemd has tried it again."""


class Rollout:
    """What became of each host so far, and whether another one may be begun.

    Attributes:
        outcomes: The last one of each host, by its name.
    """

    def __init__(
        self, how: How, act: Callable[[Surveyed], Outcome], query: Callable[[Host], Surveyed]
    ) -> None:
        """Nothing is begun yet.

        Args:
            how: Options.
            act: Applies to one host.
            query: What differs on a host.
        """
        self.outcomes: dict[str, Outcome] = {}
        self._how = how
        self._act = act
        self._query = query
        self._failed: set[str] = set()
        self._lock = Lock()

    @property
    def stopped(self) -> bool:
        """Whether more hosts failed than may."""
        return len(self._failed) > self._how.stop_after

    def end(self, outcome: Outcome) -> None:
        """Keep and report an outcome; a later one of the same host replaces it."""
        with self._lock:
            self.outcomes[outcome.host.name] = outcome
            if outcome.result is Result.FAILED:
                self._failed.add(outcome.host.name)
            if self._how.ended:
                self._how.ended(outcome)

    def run(self, batches: Sequence[Sequence[Surveyed]]) -> None:
        """Apply to the hosts of each batch."""
        for number, batch in enumerate(batches, start=1):
            self._batch(batch, last=number == len(batches))

    def _batch(self, batch: Sequence[Surveyed], *, last: bool) -> None:
        """Apply to the hosts of a batch, then watch them."""
        with ThreadPoolExecutor(max_workers=self._how.at_once) as pool:
            done = list(pool.map(self._one, batch))
        good = [one for one in done if one.good]
        if good and not self.stopped:
            self._watch(good, last=last)

    def _one(self, before: Surveyed) -> Outcome:
        if self.stopped:
            outcome = Outcome(before.host, before, before, Exit.UNKNOWN, 0.0, tried=False)
        else:
            outcome = self._act(before)
        self.end(outcome)
        return outcome

    def _watch(self, good: Sequence[Outcome], *, last: bool) -> None:
        """Query these hosts again after a while, and test them; one that does not stay good has failed."""
        settle = self._how.settle if self._how.settle is not None else 0 if last else WATCH_SECONDS
        if settle:
            time.sleep(settle)
        with ThreadPoolExecutor(max_workers=self._how.at_once) as pool:
            watched = list(pool.map(lambda one: self._again(one, settle), good))
        for one in watched:
            if one.good:
                self.outcomes[one.host.name] = one
            else:
                self.end(one)

    def _again(self, outcome: Outcome, settle: int) -> Outcome:
        """The outcome by what is found after ``settle`` seconds; with 0 of them nothing is queried again."""
        if settle:
            outcome = replace(outcome, after=self._query(outcome.host))
            if not outcome.good:
                return replace(outcome, messages=(f"it was in sync {settle} s before",))
        if self._how.verify is None:
            return outcome
        try:
            return replace(outcome, claims=self._how.verify(outcome.host))
        except RigError as error:
            return replace(outcome, after=replace(outcome.after, error=error))
