"""When to believe what is found after a boot: some of it goes by itself. Pure but for time."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Sequence

from rigwright.finding import Finding

PAUSE_SECONDS = 10
SETTLE_SECONDS = 30
"""What has just started may need this long to report it, such as a target that waits for its first scrape."""

Query = Callable[[Sequence[Finding]], Sequence[Finding]]


def key(finding: Finding) -> tuple[str, str, str]:
    """What makes it the same finding as another time."""
    return finding.subsystem, finding.kind, finding.where


def settled(
    query: Query,
    progress: Callable[[str], None],
    *,
    known: Collection[Finding] = (),
    pause: Callable[[float], None] = time.sleep,
    now: Callable[[], float] = time.monotonic,
) -> Sequence[Finding]:
    """What a query finds, once nothing new is left or once that has had time to go.

    Args:
        query: Called with nothing first, then with what it found, of which it may ask again alone.
        progress: Called before each further try with how much is left.
        known: What was found before the reboot: waiting does not make it go.
        pause: Waits for so many seconds.
        now: The time in seconds.
    """
    lasting = {key(one) for one in known}
    end = now() + SETTLE_SECONDS
    found = query(())
    while fresh := [one for one in found if key(one) not in lasting]:
        first = f"{fresh[0].subsystem}: {fresh[0].summary}"
        progress(f"{len(fresh)} not as desired yet ({first})")
        pause(PAUSE_SECONDS)
        over = now() > end
        found = query(found)
        if over:
            break
    return found
