"""What runs, how it takes a change and shows that it works, and how it ends."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Unit:
    """A systemd unit in the state that it should have.

    Attributes:
        keep_on_removal: When the inventory drops the subsystem, this unit stays enabled and active and is
            reloaded, where any other is disabled: without our settings of sshd people still log in.
    """

    name: str
    enabled: bool = True
    active: bool = True
    keep_on_removal: bool = False


@dataclass(frozen=True)
class Activation:
    """How a running unit takes new files.

    Attributes:
        unit: The unit that is told.
        restart_on: Path prefixes whose change needs a restart; any other change is a reload.
        reload_on: Path prefixes whose change needs a reload; the empty tuple means none.
    """

    unit: str
    reload_on: tuple[str, ...] = ("/",)
    restart_on: tuple[str, ...] = ()


@dataclass(frozen=True)
class Check:
    """A command that must accept the staged files at their real paths, before anything is replaced.

    It runs through ``sh -c`` as root in a private mount namespace.
    """

    name: str
    command: str


@dataclass(frozen=True)
class Probe:
    """A command that must succeed after activation, within ``timeout_seconds``; else all is undone."""

    name: str
    command: str
    timeout_seconds: int = 10


DrainStage = Literal["entry", "application", "data"]


@dataclass(frozen=True)
class Drain:
    """How work under way ends before a reboot, ahead of systemd's own stops, which cut off what is slow.

    A unit that does not run is left out. What is ended must come back by itself at the next boot: the command
    stops things and disables none.

    Attributes:
        unit: Whose work it is.
        what: What is done, as the operator reads it.
        command: Runs through ``sh -c`` as root, and returns when the work has ended. It holds no secret: it
            shows in the list of processes.
        stage: ``entry`` lets clients in and goes first, ``application`` works for them, ``data`` keeps what
            they left and goes last.
        timeout_seconds: The longest that it may take; then it is killed, and the reboot goes on.
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
    """Something to be made on the host that is no file of ours, such as a key that never leaves it.

    Both commands run through ``sh -c`` as root, and must not change what another subsystem owns.

    Attributes:
        name: What it makes, as the plan shows it: ``self-signed certificate for example.com``.
        only_if: Exits 0 when it must be made, 1 when all is well; anything else is an error.
            It only looks, and it is asked on every run: it must be quick and quiet.
        command: Makes it. It may run twice, and be killed at any point.
        when: ``before_check`` when the checks need what it makes (it must only add),
            ``after_probe`` when it needs the service running. A failure of the latter leaves
            the new files in place, is reported, and stays needed.
    """

    name: str
    only_if: str
    command: str
    when: Literal["before_check", "after_probe"] = "before_check"
