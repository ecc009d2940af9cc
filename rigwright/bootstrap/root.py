"""Root on a host as it was installed: by login, by sudo with or without a password, or by su."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rigwright.bootstrap.shell import Shell
from rigwright.errors import RigError
from rigwright.remote import readiness
from rigwright.remote.ssh import Done
from rigwright.secrets import Secret

NOT_ALLOWED = ("not in the sudoers", "not allowed to", "may not run")
"""What sudo prints in the C locale for a user who has no rule; its exit code is that of a wrong password."""

Prompt = Callable[[], Secret]


@dataclass(frozen=True)
class Root:
    """A way to run commands as root.

    Attributes:
        prefix: What is put before the command.
        password: What the prefix reads from standard input.
        quoted: The prefix takes the command as one argument.
    """

    shell: Shell
    prefix: str = ""
    password: Secret | None = None
    quoted: bool = False

    def run(self, command: Sequence[str]) -> Done:
        """Run a command, which finds nothing on its standard input; a refusal is its standard error."""
        lines = [self.password] if self.password else []
        code, output = self.shell.marked(command, self.prefix, *lines, quoted=self.quoted)
        if not output.began:
            return Done(code or 1, "", output.before)
        return Done(code, output.stdout, output.stderr)

    def works(self) -> bool:
        """Whether a command runs as root this way."""
        return self.run(["id", "-u"]).stdout.strip() == "0"


def find(shell: Shell, host: str, password: Prompt, root_password: Prompt) -> Root:
    """The first way to root that works; it prompts for a password only where one is needed.

    Raises:
        RigError: None works.
    """
    code, plain = shell.marked(["id", "-u"])
    if not plain.began:
        raise readiness.refusal(plain.before, shell.account)
    if code == 0 and plain.stdout.strip() == "0":
        return Root(shell)
    with_rule = Root(shell, "sudo -n --")
    tried = with_rule.run(["id", "-u"])
    if tried.stdout.strip() == "0":
        return with_rule
    if refused := readiness.lasting(tried.stderr, shell.account):
        raise refused
    if shell.run("command -v sudo").code == 0:
        with_sudo = Root(shell, "LC_ALL=C sudo -k -S -p '' --", password())
        tried = with_sudo.run(["true"])
        if tried.code == 0:
            return with_sudo
        if not any(words in tried.stderr for words in NOT_ALLOWED):
            raise _sudo_refused(shell, host, tried.stderr)
    with_su = Root(shell, "LC_ALL=C su root -s /bin/sh -c", root_password(), quoted=True)
    tried = with_su.run(["id", "-u"])
    if tried.stdout.strip() == "0":
        return with_su
    if readiness.expired(tried.stderr):
        raise RigError(
            "the password of root has expired, and su refuses it until it is changed",
            host=host,
            next_step=f"{shell.account.ssh} su, which prompts for the old and a new password, then run again",
        )
    raise RigError(
        f"{shell.user} may not use sudo, and su refused this password for root",
        host=host,
        next_step=f"run again with root's password, or at the console as root: adduser {shell.user} sudo",
    )


def _sudo_refused(shell: Shell, host: str, printed: str) -> RigError:
    """The error for a password that sudo did not take: by its words, where they are not of the password."""
    return readiness.lasting(printed, shell.account) or RigError(
        f"sudo refused this password: {last_lines(printed)}",
        host=host,
        next_step="run again with the user's own password",
    )


def last_lines(text: str, count: int = 5) -> str:
    """The last lines that are not empty, for an error."""
    return "\n  ".join([line for line in text.splitlines() if line.strip()][-count:])
