"""What no file tells: state of the running system."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Reading:
    """State of the running system that no file of ours tells: kernel settings, roles, grants, containers.

    It is compared key by key, so that a finding names what differs and both of its values.

    Attributes:
        name: What is read, as findings show it: ``sysctl``, ``roles``.
        command: Prints one JSON object of keys and plain values on standard output. It only looks, it runs
            through ``sh -c`` as root on every run, and must be quick, quiet, and show no secret:
            compare that on the host, and print whether it is the same. At night it reaches loopback alone,
            no device and no setuid program, but for what its subsystem opens in
            ``rigwright.host.state.DRIFT_DROP_INS``.
        expected: Keys and values. A value that is no string is compared by its JSON text, such as ``true``.
        exact: A key that is not expected is a finding too.
        mend: Makes it so, through ``sh`` as root, when it differs or could not be read. It may run twice and
            be killed at any point, and is not undone when a later part of the change fails: it must do no
            harm beside the old files. Empty where only a person can decide: then it is told and stays.
        settled_by: A unit whose start does all that ``mend`` does, which a change that started it leaves out.
        demand: Where it is not empty, this is a demand on the machine itself, such as a card that must be in
            it: apply refuses before anything changes, and tells this as what to do.
        when: ``before_check`` where files need what it makes, such as the users that own them;
            ``after_activation`` where it needs the units running as they should.
    """

    name: str
    command: str
    expected: tuple[tuple[str, str], ...]
    exact: bool = False
    mend: str = ""
    when: Literal["before_check", "after_activation"] = "after_activation"
    settled_by: str = ""
    demand: str = ""

    def __post_init__(self) -> None:
        if self.demand and self.mend:
            raise ValueError(f"{self.name}: what a machine must be, no command can make")
        if self.settled_by and self.when != "after_activation":
            raise ValueError(f"{self.name}: before the check no unit has been started")
