"""Apply to several hosts: batch after batch."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from rigwright.apply.batches import default, out_of_service, sizes, split
from rigwright.apply.one_host import at_rest, converge_one, survey_after
from rigwright.apply.outcome import How, Outcome
from rigwright.apply.rolling import Rollout
from rigwright.drift.survey import Surveyed


def planned(before: Sequence[Surveyed], how: How) -> list[list[Surveyed]]:
    """The hosts that are applied, in batches: those out of service first, else in their order."""
    due = [one for one in before if at_rest(one, how) is None]
    due.sort(key=lambda one: not out_of_service(one.findings))
    return split(due, how.batches or sizes(default(len(due))))


def converge(inventory: Path, before: Sequence[Surveyed], how: How) -> list[Outcome]:
    """Bring hosts to their desired state: one outcome for each, in their order.

    One that fails hides no other. Those that could not be queried, or are refused, were known before: they
    stop nothing.

    Args:
        inventory: Their inventory.
        before: What differs on each.
        how: Options.
    """
    rollout = Rollout(how, partial(converge_one, inventory, how=how), partial(survey_after, how=how))
    for one in before:
        if outcome := at_rest(one, how):
            rollout.end(outcome)
    rollout.run(planned(before, how))
    return [rollout.outcomes[one.host.name] for one in before]
