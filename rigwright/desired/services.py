"""What runs, how it takes a change and shows that it works, and how it ends."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Literal

EVERYTHING = "/"

UNIT_SECONDS = 600
"""A service that needs longer than ten minutes says so. It is the default of ``host/transaction`` too."""
CHECK_SECONDS = 300
STEP_SECONDS = 600


@dataclass(frozen=True)
class Unit:
    """A systemd unit in the state that it should have.

    Attributes:
        keep_on_removal: When the inventory drops the subsystem, this unit stays enabled and active and is
            reloaded, where any other is disabled: sshd must run without managed settings too.
        timeout_seconds: The longest that a change waits for it to start, reload or stop.
    """

    name: str
    enabled: bool = True
    active: bool = True
    keep_on_removal: bool = False
    timeout_seconds: int = UNIT_SECONDS


@dataclass(frozen=True)
class Activation:
    """How a running unit takes new files.

    Attributes:
        unit: The unit that is reloaded or restarted.
        restart_on: Paths whose change needs a restart; a folder ends with ``/`` and is all below it.
        reload_on: Paths whose change needs a reload; ``/`` is all that no activation of another unit names.
        reads: What it reads then beside the managed files: other files, and folders with all below them,
            which end with ``/``.
        workers: How the command lines of those child processes begin that every reload starts anew: a service
            that has them can be reloaded by a signal, of which systemd knows nothing.
        loaded_at: Prints when it loaded its files last by its own words, in seconds since the epoch. It runs
            as the command of a runtime state does.
        restarts: Whether it may be restarted for what systemd reads of it at start; False where only a person
            restarts it.
    """

    unit: str
    reload_on: tuple[str, ...] = (EVERYTHING,)
    restart_on: tuple[str, ...] = ()
    reads: tuple[str, ...] = ()
    workers: str = ""
    loaded_at: str = ""
    restarts: bool = True


Need = Literal["restart", "reload", "none"]


def need(unit: str, activations: Sequence[Activation], path: str) -> Need:
    """What a unit needs after a change of this path."""
    own = [one for one in activations if one.unit == unit]
    if any(_names(one.restart_on, path) for one in own):
        return "restart"
    paths = [each for one in own for each in one.reload_on]
    if _names([one for one in paths if one != EVERYTHING], path):
        return "reload"
    others = (one for one in activations if one.unit != unit)
    elsewhere = any(_names({*one.restart_on, *one.reload_on} - {EVERYTHING}, path) for one in others)
    return "reload" if EVERYTHING in paths and not elsewhere else "none"


def _names(paths: Collection[str], path: str) -> bool:
    return path in paths or any(path.startswith(one) for one in paths if one.endswith("/"))


@dataclass(frozen=True)
class Check:
    """A command that must accept the staged files at their real paths, before anything is replaced.

    It runs through ``sh -c`` as root in a private mount namespace, for ``timeout_seconds`` at most.
    """

    name: str
    command: str
    timeout_seconds: int = CHECK_SECONDS


@dataclass(frozen=True)
class Probe:
    """A command that must succeed after activation, within ``timeout_seconds``; else all is undone."""

    name: str
    command: str
    timeout_seconds: int = 10


DrainStage = Literal["entry", "application", "data"]


@dataclass(frozen=True)
class Drain:
    """How work under way ends before a reboot, ahead of systemd's own stops, which kill what is slow.

    A unit that does not run is left out. What is ended must come back by itself at the next boot: the command
    stops things and disables none.

    Attributes:
        unit: The unit whose work ends.
        what: What is done, for the operator.
        command: Runs through ``sh -c`` as root, and returns when the work has ended. It holds no secret: it
            shows in the list of processes.
        stage: ``entry`` accepts clients and ends first, ``application`` works for them, ``data`` stores their
            data and ends last.
        timeout_seconds: The longest that it may take; then it is killed, and the reboot continues.
        restarts: Whether the unit is restarted where the reboot does not come after all; False where nothing
            of it ended.
    """

    unit: str
    what: str
    command: str
    stage: DrainStage
    timeout_seconds: int
    restarts: bool = True


@dataclass(frozen=True)
class Step:
    """Something to create on the host that is not a managed file, such as a key that never leaves it.

    Both commands run through ``sh -c`` as root, and must not change what another subsystem owns.

    Attributes:
        name: What it creates, as the plan shows it: ``self-signed certificate for example.com``.
        only_if: Exits 0 when the command must run, 1 when not; anything else is an error.
            It is read-only and runs on every query: it must be quick and quiet.
        command: Creates it. It may run twice, and be killed at any point.
        when: ``before_check`` when the checks need what it creates (it must only add),
            ``after_probe`` when it needs the service running. A failure of the latter leaves
            the new files in place, is reported, and the step stays pending.
        timeout_seconds: The longest that ``command`` may take; then it is killed, and has failed.
    """

    name: str
    only_if: str
    command: str
    when: Literal["before_check", "after_probe"] = "before_check"
    timeout_seconds: int = STEP_SECONDS
