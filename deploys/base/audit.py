"""What can be chosen about the audit log, and the rules that come of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pydantic import model_validator
from typing_extensions import Self

from deploys.base.values import AbsolutePath
from rigwright.settings.base import Many, Settings

WATCHED = {
    "identity": ("/etc/passwd", "/etc/shadow", "/etc/group", "/etc/gshadow", "/etc/pam.d"),
    "sudo": ("/etc/sudoers", "/etc/sudoers.d"),
    "ssh": ("/etc/ssh", "/root/.ssh"),
    "time": ("/etc/localtime",),
    "rigwright": ("/var/lib/rigwright", "/usr/local/lib/rigwright", "/etc/audit"),
}
"""Files and folders whose change is logged, by what they decide about."""

CALLS = {
    "modules": "init_module,finit_module,delete_module",
    "time": "clock_settime,settimeofday",
}
"""System calls that are logged. Those that only slew a clock are left out: chronyd makes many."""


class Audit(Settings):
    """The kernel logs who changes access, time and kernel modules, through auditd."""

    watched_paths: Many[AbsolutePath] = ()
    """Further files and folders whose change is logged. The folder of each must exist."""

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        known = {path for paths in WATCHED.values() for path in paths}
        if twice := sorted(
            {one for one in self.watched_paths if one in known or self.watched_paths.count(one) > 1}
        ):
            raise ValueError(f"watched_paths: {', '.join(twice)} is watched already: leave it out")
        return self


def rules(audit: Audit, homes: Sequence[str]) -> tuple[str, ...]:
    """The rules as auditctl takes them, each with a key that begins with ``rigwright-``.

    Args:
        audit: What is chosen.
        homes: Of the users whose keys are kept here.
    """
    return (*_watches(audit, homes), *_calls())


def _watches(audit: Audit, homes: Sequence[str]) -> Iterator[str]:
    found = [(key, path) for key, paths in WATCHED.items() for path in paths]
    found += [("ssh", f"{home}/.ssh") for home in homes]
    found += [("watched", path) for path in audit.watched_paths]
    return (f"-w {path} -p wa -k rigwright-{key}" for key, path in found)


def _calls() -> Iterator[str]:
    """For programs of both word sizes: on x86-64 a 32-bit one has numbers of its own for the same calls."""
    for size in ("b64", "b32"):
        for key, calls in CALLS.items():
            yield f"-a always,exit -F arch={size} -S {calls} -k rigwright-{key}"
