"""The observation of each host that this run has made, and until when it is valid."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass

from paramiko import SSHException
from pyinfra.api.command import StringCommand
from pyinfra.context import host, state

from rigwright.desired import Desired
from rigwright.drift.preflight import parse_observed
from rigwright.errors import RigError
from rigwright.observed.model import Observed, query
from rigwright.remote import commands
from rigwright.remote.ssh import Done
from rigwright.settings.platform import Platform


@dataclass
class _Observation:
    """One query of all subsystems of a host, and whether this run has changed the host since."""

    observed: Observed
    current: bool = True

    def valid_for(self, desired: Desired) -> bool:
        """Whether it still decides what to do about a subsystem.

        For one that was never applied it does even after others were: they touch nothing of it, its files are
        written in any case, and the host itself determines at the swap what was there before.
        """
        own = self.observed.subsystems.get(desired.subsystem)
        never = own is not None and own.applied is None and own.transaction is None
        return self.current or (never and desired.subsystem not in self.observed.damaged)


_desired: dict[str, Sequence[Desired]] = {}
"""All subsystems of each host, as the first operation passed them."""

_observations: dict[str, _Observation] = {}
"""The last observation of each host, where it is valid for anything still."""


def observe(desired: Sequence[Desired], platform: Platform) -> Observed:
    """Query the current host, in one command.

    Raises:
        RigError: The output cannot be read, or the host runs another system than the inventory states; or the
            connection broke, which may be after a failed operation.
    """
    try:
        done, output = host.run_shell_command(
            StringCommand(shlex.join(commands.observe())), _sudo=True, _stdin=query(desired)
        )
    except (OSError, EOFError, SSHException) as error:
        raise RigError(
            f"the connection broke: {error or 'no response'}", host=host.name, next_step="run again"
        ) from error
    return parse_observed(Done(int(not done), output.stdout, output.stderr), platform, host.name)


def observe_all(desired: Sequence[Desired], platform: Platform) -> Observed:
    """Query all subsystems of the current host, and keep the result for the operations to come.

    Raises:
        RigError: As :func:`observe`.
    """
    found = observe(desired, platform)
    _desired[host.name], _observations[host.name] = desired, _Observation(found)
    return found


def cached(desired: Desired, platform: Platform) -> Observed:
    """The cached observation where it is valid for the subsystem, else a new one.

    Raises:
        RigError: As :func:`observe`.
    """
    found = _observations.get(host.name)
    if found is None:
        everything = _desired.get(host.name, (desired,))
        found = _observations[host.name] = _Observation(observe(everything, platform))
    return found.observed if found.valid_for(desired) else observe([desired], platform)


def mark_changed() -> None:
    """The next command may change what one subsystem owns: only subsystems never applied stay valid."""
    if state.is_executing and (found := _observations.get(host.name)):
        found.current = False


def clear() -> None:
    """The next command may change anything: drop the observation of the current host."""
    if state.is_executing:
        _observations.pop(host.name, None)
