"""State of the running system that no file holds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from rigwright.desired.services import STEP_SECONDS


@dataclass(frozen=True)
class RuntimeState:
    """State of the running system that no managed file holds: kernel settings, roles, grants, containers.

    It is compared key by key, so that a finding names what differs and both of its values.

    Attributes:
        name: What it is, as findings show it: ``sysctl``, ``roles``.
        command: Prints one JSON object of keys and plain values on standard output. It is read-only, runs
            through ``sh -c`` as root on every query, and must be quick, quiet, and show no secret:
            compare a secret on the host, and print whether it is the same. At night it reaches loopback
            alone, no device and no setuid program, but for what its subsystem opens in
            ``rigwright.remote.toolkit.DRIFT_DROP_INS``.
        expected: Keys and values. A value that is no string is compared by its JSON text, such as ``true``.
        exact: A key that is not expected is a finding too.
        remediation: Brings it to what is expected, through ``sh`` as root, when it differs or could not be
            read. It may run twice and be killed at any point, and is not undone when a later part of the
            change fails: it must do no harm beside the old files. Empty where only a person can decide:
            then it is reported and left.
        satisfied_by_restart_of: A unit whose start does all that ``remediation`` does; a change that started
            or restarted the unit leaves the remediation out.
        host_requirement: Where it is not empty, this is a requirement on the machine itself, such as a card
            that must be in it: apply refuses before anything changes, and names this as the next step.
        when: ``before_check`` where files need what it makes, such as the users that own them;
            ``after_activation`` where it needs the units running as they should.
        timeout_seconds: The longest that ``remediation`` may take; then it is killed, and has failed.
    """

    name: str
    command: str
    expected: tuple[tuple[str, str], ...]
    exact: bool = False
    remediation: str = ""
    when: Literal["before_check", "after_activation"] = "after_activation"
    satisfied_by_restart_of: str = ""
    host_requirement: str = ""
    timeout_seconds: int = STEP_SECONDS

    def __post_init__(self) -> None:
        if self.host_requirement and self.remediation:
            raise ValueError(f"{self.name}: no command can make a machine meet a host requirement")
        if self.satisfied_by_restart_of and self.when != "after_activation":
            raise ValueError(f"{self.name}: before the check no unit has been started")
