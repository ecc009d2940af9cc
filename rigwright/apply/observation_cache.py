"""What this run knows of the host that an operation is about, and until when it tells anything."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass

from pyinfra.api.command import StringCommand
from pyinfra.context import host, state

from rigwright.desired import Desired
from rigwright.drift.preflight import understood
from rigwright.observed.model import Observed, question
from rigwright.remote import commands
from rigwright.remote.ssh import Done
from rigwright.settings.platform import Platform


@dataclass
class _Look:
    """One look at everything that a host should have, and whether this run has changed the host since."""

    observed: Observed
    current: bool = True

    def tells(self, desired: Desired) -> bool:
        """Whether it still decides what to do about a subsystem.

        Of one that was never applied it does even after others were: they touch nothing of it, its files come
        all the same, and the host itself decides at the swap what was there before.
        """
        own = self.observed.subsystems.get(desired.subsystem)
        never = own is not None and own.applied is None and own.transaction is None
        return self.current or (never and desired.subsystem not in self.observed.damaged)


_wanted: dict[str, Sequence[Desired]] = {}
"""All subsystems of each host, as the first operation was told."""

_looks: dict[str, _Look] = {}
"""The last look at everything of each host, where it tells anything still."""


def observe(desired: Sequence[Desired], platform: Platform) -> Observed:
    """Ask the current host, in one command.

    Raises:
        RigError: No readable answer came, or the host runs another operating system than the inventory says.
    """
    done, output = host.run_shell_command(
        StringCommand(shlex.join(commands.observe())), _sudo=True, _stdin=question(desired)
    )
    return understood(Done(int(not done), output.stdout, output.stderr), platform, host.name)


def observe_all(desired: Sequence[Desired], platform: Platform) -> Observed:
    """Ask the current host for everything, and keep the answer for the operations to come.

    Raises:
        RigError: As :func:`observe`.
    """
    found = observe(desired, platform)
    _wanted[host.name], _looks[host.name] = desired, _Look(found)
    return found


def known(desired: Desired, platform: Platform) -> Observed:
    """What is known of the subsystem, asked where it is not known any more.

    Raises:
        RigError: As :func:`observe`.
    """
    look = _looks.get(host.name)
    if look is None:
        everything = _wanted.get(host.name, (desired,))
        look = _looks[host.name] = _Look(observe(everything, platform))
    return look.observed if look.tells(desired) else observe([desired], platform)


def changes_one() -> None:
    """What follows may change what one subsystem owns."""
    if state.is_executing and (look := _looks.get(host.name)):
        look.current = False


def changes_all() -> None:
    """What follows may change anything, so that no look tells anything any more."""
    if state.is_executing:
        _looks.pop(host.name, None)
