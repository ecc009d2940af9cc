"""What of each host this run applies, and what it has to leave out: pyinfra's operations share it.

A failed command ends an operation without a word to its generator, so a subsystem counts as failed from
before its first command until after its last.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from rigwright.desired import Desired
from rigwright.desired.dependencies import choose, held_back

NO_PACKAGES = "its packages could not be installed, or something before them failed: see the message above"
FAILED = "it failed, as its own message above says"


@dataclass
class Run:
    """One host.

    Attributes:
        desired: The subsystems that are applied.
        left: Those that ``only`` leaves out.
        whole: Nothing was chosen: what the inventory dropped is removed too.
        failed: Why a subsystem is not as it should be, by its name.
        stopped: Nothing more is applied.
    """

    desired: Sequence[Desired]
    left: Collection[str] = ()
    whole: bool = True
    failed: dict[str, str] = field(default_factory=dict)
    stopped: bool = False

    @classmethod
    def of(cls, desired: Sequence[Desired], only: Collection[str]) -> Run:
        """The run for a host; ``only`` is empty where every subsystem is applied."""
        if not only:
            return cls(desired)
        left = choose(desired, only).left
        return cls([one for one in desired if one.subsystem not in left], left, whole=False)

    def reason(self, subsystem: str) -> str | None:
        """Why a subsystem is not applied; None where it is."""
        if subsystem in self.left:
            return "not examined: only others are"
        if self.stopped:
            return "nothing more is applied"
        if subsystem in self.failed:
            return self.failed[subsystem]
        needed = held_back(self.desired, self.failed).get(subsystem)
        return f"skipped: it needs {needed}" if needed else None

    @property
    def active(self) -> list[Desired]:
        """The subsystems that did not fail and need none that did."""
        return self.without(self.desired, self.failed)

    def without(self, some: Sequence[Desired], failed: Collection[str]) -> list[Desired]:
        """Of these subsystems those that did not fail and need none that did."""
        kept = {*failed, *held_back(self.desired, failed)}
        return [one for one in some if one.subsystem not in kept]

    def usable(self, waiting: Collection[str]) -> list[Desired]:
        """As :attr:`active`, with those whose packages are about to be installed."""
        return self.without(self.desired, {*self.failed} - {*waiting})

    def suspect(self, names: Collection[str], why: str, *, executing: bool) -> None:
        """Hold these for failed until they are cleared; not while pyinfra only plans."""
        if executing:
            self.failed |= dict.fromkeys(names, why)

    def clear(self, names: Collection[str]) -> None:
        """These went well, but for those whose failure has got a reason of its own."""
        for name in names:
            self.failed.pop(name, None)

    def summary(self) -> str:
        """What was left out and why, for the end of a run; empty where nothing was."""
        if not self.failed:
            return ""
        lines = [f"not applied: {', '.join(self.failed)}"]
        lines += [f"  {name}: " + why.replace("\n", "\n    ") for name, why in self.failed.items()]
        skipped = held_back(self.desired, self.failed)
        lines += [f"  {name}: skipped, because it needs {needed}" for name, needed in skipped.items()]
        others = (
            len(self.desired) - len({*self.failed} & {one.subsystem for one in self.desired}) - len(skipped)
        )
        return "\n".join([*lines, f"  the other {others} were applied, or were in sync"])


_runs: dict[str, Run] = {}


def start(host: str, run: Run) -> Run:
    """Begin a run, or the preparation of one, for a host."""
    _runs[host] = run
    return run


def current(host: str, desired: Desired) -> Run:
    """The run of a host; where none was begun, one of this subsystem alone."""
    return _runs.get(host) or Run([desired])


def ended(host: str) -> Run | None:
    """The run of a host, where one was begun."""
    return _runs.get(host)
