"""From what a fresh installation offers to what the toolkit needs, verified by a new connection."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Protocol

import paramiko

from rigwright.bootstrap import known_hosts, root, shell
from rigwright.bootstrap.key_pair import public_line
from rigwright.bootstrap.root import Root, last_lines
from rigwright.bootstrap.shell import Target
from rigwright.errors import RigError
from rigwright.remote import commands, readiness
from rigwright.secrets import Secret

SCRIPT = Path(__file__).with_name("script.sh").read_text()
USER = re.compile(r"[a-z_][a-z0-9_-]{0,31}")

FAILURES = {
    41: ("apt could not install what is missing", "fix the host's apt sources or network, and run again"),
    42: (
        "the host's sudo configuration is broken already; it was left alone",
        "visudo -c, on the host as root",
    ),
    43: ("visudo refused the new rule; it was not put in place", "visudo -c, on the host as root"),
    44: ("authorized_keys could not be written", "check the owner and the free space of the user's home"),
    45: ("D-Bus does not start", "systemctl status dbus.socket, on the host as root"),
}
"""By exit status of ``script.sh``: what it means, and what to do."""

READY = "login by key, sudo without a password, python3, D-Bus"
SUDO_RULE = "sudo-rule"
"""The part that ``script.sh`` reports where it changed the user's sudo rule."""


class Operator(Protocol):
    """The person at the terminal."""

    def same_key(self, target: Target, key: paramiko.PKey) -> bool:
        """Whether this is the key that the host shows at its console."""

    def password(self, account: str) -> Secret:
        """The account's password, typed without echo."""

    def show(self, text: str) -> None:
        """Show a line."""


def check_user(name: str) -> str:
    """The name itself.

    Raises:
        RigError: It is not valid in sudoers as it is.
    """
    if not USER.fullmatch(name):
        raise RigError(
            f"{name!r} cannot be the user",
            next_step="use lower-case letters, digits, - and _, as adduser does",
        )
    return name


def bootstrap(
    target: Target, login: str, key_path: Path, fingerprint: str | None, operator: Operator
) -> None:
    """Prepare the host, or show that it is prepared; then it prompts for nothing and changes nothing.

    Args:
        target: The host, and how the toolkit shall log in from now on.
        login: Who can log in with a password now.
        key_path: The private key whose public key is installed; made if there is none.
        fingerprint: The host key's, where it is known beforehand; the operator is prompted otherwise.
        operator: Confirms the host key, types passwords, and sees what was done.

    Raises:
        RigError: The host is not prepared. It names what failed, and what was left.
    """
    pin_host_key(target, fingerprint, operator)
    connection = shell.connect(target)
    if connection.ready():
        operator.show(f"prepared already: {READY}")
        return
    if not connection.logged_in and login != target.user:
        connection.close()
        connection = shell.connect(target, login)
    line = connection.accepted_line or public_line(key_path)
    typed: dict[str, Secret] = {}

    def password(of: str) -> Secret:
        if of not in typed:
            typed[of] = operator.password(of)
        return typed[of]

    if not connection.logged_in:
        connection = shell.by_password(connection, target, login, password(login))
    way = root.find(connection, target.address, lambda: password(connection.user), lambda: password("root"))
    wrote_rule = _change(way, target, line, operator)
    _verify(way, target, operator, undo=wrote_rule)
    connection.close()


def pin_host_key(target: Target, fingerprint: str | None, operator: Operator) -> None:
    """Make sure that the host's key is pinned and the one that it has.

    Raises:
        RigError: It is another one than is pinned, expected, or confirmed. Nothing was changed.
    """
    name = known_hosts.host_name(target.address, target.port)
    if keys := known_hosts.pinned(target.known_hosts, name):
        if fingerprint and fingerprint not in map(known_hosts.fingerprint, keys):
            raise known_hosts.changed(target.address, target.port, target.known_hosts)
        return  # every connection from here on insists on it
    offered = [known_hosts.offered(target.way(), known_hosts.BEST)]
    if fingerprint and fingerprint not in map(known_hosts.fingerprint, filter(None, offered)):
        offered.append(known_hosts.offered(target.way(), known_hosts.SECOND))
    offers = [key for key in offered if key]
    confirmed = [key for key in offers if _confirmed(key, target, fingerprint, operator)]
    if not confirmed:
        shown = ", ".join(map(known_hosts.fingerprint, offers)) or "none"
        raise RigError(
            f"the host key was not confirmed; the host has {shown}. Nothing was changed",
            host=name,
            next_step="compare the fingerprints at the host's console, except RSA's; "
            "if none matches, the connection is intercepted",
        )
    known_hosts.pin(target.known_hosts, name, confirmed[0])
    operator.show(f"pinned {known_hosts.fingerprint(confirmed[0])} in {target.known_hosts}")


def _confirmed(key: paramiko.PKey, target: Target, fingerprint: str | None, operator: Operator) -> bool:
    return known_hosts.fingerprint(key) == fingerprint if fingerprint else operator.same_key(target, key)


def _change(way: Root, target: Target, line: str, operator: Operator) -> bool:
    """Run the script; True if it changed the user's sudo rule."""
    imports = commands.python_works()[-1]
    done = way.run(["sh", "-c", SCRIPT, "rigwright", "prepare", target.user, line, imports])
    changes = _show_changes(done.stdout, operator)
    if done.code:
        what, next_step = FAILURES.get(done.code, (f"preparing failed with {done.code}", "run again"))
        raise RigError(f"{what}:\n  {last_lines(done.stderr)}", host=target.address, next_step=next_step)
    return SUDO_RULE in changes


def _show_changes(stdout: str, operator: Operator) -> set[str]:
    """Show each line ``changed PART: WHAT`` of the script; the parts that it changed."""
    changed = [
        line.removeprefix("changed ").partition(": ")
        for line in stdout.splitlines()
        if line.startswith("changed ")
    ]
    for _, _, what in changed:
        operator.show(what)
    return {part for part, _, _ in changed}


def _verify(way: Root, target: Target, operator: Operator, *, undo: bool) -> None:
    failure = _failure(target)
    if failure is None:
        operator.show(f"verified by a new connection: {READY}")
        return
    if undo:
        failure.what += f"; {_undo(way, target, operator)}"
    raise failure


def _failure(target: Target) -> RigError | None:
    """Why a new connection cannot work as root; None if it can."""
    try:
        fresh = shell.connect(target)
        logged_in = fresh.logged_in
        unready = fresh.unready() if logged_in else None
        fresh.close()
    except RigError as error:
        return error
    if unready and readiness.SUDO_PROMPTS in unready.what:
        return RigError(
            "sudo still needs a password: a later rule overrides /etc/sudoers.d/rigwright",
            host=target.address,
            next_step=f"on the host as root: sudo -l -U {target.user}; remove the rule that is listed last",
        )
    if logged_in:
        return unready
    return RigError(
        "a new connection by key was refused",
        host=target.address,
        next_step="on the host: journalctl -u ssh; check AuthorizedKeysFile in sshd -T, "
        "and that only the user can write to the user's home",
    )


def _undo(way: Root, target: Target, operator: Operator) -> str:
    try:
        undone = way.run(["sh", "-c", SCRIPT, "rigwright", "undo", target.user])
    except RigError:
        return "the connection broke as well, so /etc/sudoers.d/rigwright is still there"
    _show_changes(undone.stdout, operator)
    return "the sudo rule was removed" if undone.code == 0 else "/etc/sudoers.d/rigwright is still there"
