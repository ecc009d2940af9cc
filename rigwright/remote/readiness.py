"""Whether a host is prepared for the toolkit, from what came back, and if not, why and what to do.

Prepared is: the account logs in by key, its shell runs commands, sudo needs neither a password nor a
terminal, Python has its whole standard library, and D-Bus listens. ``rig bootstrap`` and every other command
apply this one test to what they get back.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rigwright.errors import RigError
from rigwright.remote.login_shell import BUS_SOCKET, Output

NOT_FOUND = 127
SHOWN_CHARACTERS = 300
SUDO_PROMPTS = "sudo on the host needs a password"


@dataclass(frozen=True)
class Account:
    """Who logged in where, and the whole commands that lead there.

    Attributes:
        host: Its name in messages.
        user: The account.
        bootstrap: The command that prepares the host.
        ssh: The command that logs in at a terminal.
    """

    host: str
    user: str
    bootstrap: str
    ssh: str


@dataclass(frozen=True)
class _Reason:
    """A refusal by its words; ``{user}``, ``{ssh}``, ``{bootstrap}`` and ``{line}`` are filled in."""

    words: tuple[str, ...]
    what: str
    next_step: str


_EXPIRED = _Reason(
    ("password change required", "change your password", "password has expired", "password is expired",
     "password expired", "new password required"),
    "the password of {user} has expired, and the host refuses commands until it is changed",
    "{ssh}, which prompts for the old and a new password, then run again; without the old one, "
    "as root on the host: passwd {user}",
)  # fmt: skip
_LASTING = (
    _EXPIRED,
    _Reason(
        ("account has expired", "account expired"),
        "the account {user} has expired",
        "as root on the host: chage --expiredate -1 {user}; then run again",
    ),
    _Reason(
        ("must have a tty",),
        "sudo on the host needs a terminal (requiretty)",
        "{ssh} \"echo 'Defaults:{user} !requiretty' | sudo tee /etc/sudoers.d/tty-{user}; "
        'sudo chmod 440 /etc/sudoers.d/tty-{user}"; then run again',
    ),
    _Reason(
        ("account validation failure",),
        "sudo does not accept the account {user}: it is locked or expired",
        "as root on the host: passwd --status {user}, and chage --list {user}",
    ),
)  # fmt: skip
"""Refusals that no password changes."""

_REASONS = (
    *_LASTING,
    _Reason(
        ("sudo: not found", "sudo: command not found", "sudo: no such file"),
        "sudo is not installed on the host",
        "{bootstrap}",
    ),
    _Reason(
        ("password is required", "authentication is required", "terminal is required", "not in the sudoers",
         "may not run", "not allowed to"),
        SUDO_PROMPTS,
        "{bootstrap}",
    ),
    _Reason(
        ("sudo:", "sudo-rs:", "sudoers"),
        "sudo on the host refuses: {line}",
        "as root on the host: visudo --check",
    ),
)  # fmt: skip
_ELSE = _Reason(
    ("",),
    "the login shell of {user} ran no command{printed}",
    "as root on the host: usermod --shell /bin/bash {user}; if that is its shell, take command= out of its "
    "authorized_keys, and ForceCommand out of sshd_config",
)


def unready(output: Output, code: int, program: str, account: Account) -> RigError | None:
    """Why the host is not prepared; None where it is.

    Args:
        output: What a command as root brought back.
        code: Its exit status.
        program: The command's first word.
        account: Who logged in.
    """
    if not output.began:
        return refusal(output.before, account)
    if not output.bus:
        return RigError(
            f"D-Bus does not listen at {BUS_SOCKET} on the host: the package dbus is missing or stopped",
            host=account.host,
            next_step=account.bootstrap,
        )
    if code and not output.stdout and (code == NOT_FOUND or f"{program}: not found" in output.stderr):
        return RigError(
            f"{program} is not installed on the host", host=account.host, next_step=account.bootstrap
        )
    if code and "ModuleNotFoundError: No module named" in output.stderr:
        name = output.stderr.rpartition("No module named")[2].strip().strip("'")
        return RigError(
            f"python3 on the host lacks its module {name}: python3-minimal alone is not enough",
            host=account.host,
            next_step=account.bootstrap,
        )
    return None


def refusal(text: str, account: Account) -> RigError:
    """Why no command ran, from all that was printed in its place."""
    return _error(_reason(text, _REASONS) or _ELSE, text, account)


def lasting(text: str, account: Account) -> RigError | None:
    """The refusal that these words mean, where no password would change it."""
    found = _reason(text, _LASTING)
    return _error(found, text, account) if found else None


def expired(text: str) -> bool:
    """Whether these words say that a password has expired."""
    return _reason(text, [_EXPIRED]) is not None


def _reason(text: str, reasons: Sequence[_Reason]) -> _Reason | None:
    lower = text.lower()
    return next((one for one in reasons if any(word in lower for word in one.words)), None)


def _error(reason: _Reason, text: str, account: Account) -> RigError:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    line = next((one for one in lines if any(word in one.lower() for word in reason.words)), "")
    shown = " / ".join(lines)[:SHOWN_CHARACTERS]
    parts = {
        "user": account.user,
        "ssh": account.ssh,
        "bootstrap": account.bootstrap,
        "line": line[:SHOWN_CHARACTERS],
        "printed": f"; it printed: {shown}" if shown else " and printed nothing",
    }
    return RigError(
        reason.what.format_map(parts), host=account.host, next_step=reason.next_step.format_map(parts)
    )
