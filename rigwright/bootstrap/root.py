"""Root on a host as it was installed: by login, by sudo with or without a password, or by su."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rigwright.bootstrap.shell import Shell
from rigwright.errors import RigError
from rigwright.remote.ssh import Done
from rigwright.secrets import Secret

NOT_ALLOWED = ("not in the sudoers", "not allowed to", "may not run")
"""What sudo says to a user who has no rule at all, in the C locale."""

Ask = Callable[[], Secret]


@dataclass(frozen=True)
class Root:
    """A way to run commands as root.

    Attributes:
        prefix: What stands before the command.
        password: What the prefix reads from standard input.
        quoted: The prefix takes the command as one argument.
    """

    shell: Shell
    prefix: str = ""
    password: Secret | None = None
    quoted: bool = False

    def run(self, command: Sequence[str]) -> Done:
        """Run a command, which finds nothing on its standard input."""
        text = shlex.join(command)
        lines = [self.password] if self.password else []
        return self.shell.run(f"{self.prefix} {shlex.quote(text) if self.quoted else text}", *lines)

    def works(self) -> bool:
        """Whether a command runs as root this way."""
        return self.run(["id", "-u"]).stdout.strip() == "0"


def find(shell: Shell, host: str, password: Ask, root_password: Ask) -> Root:
    """The first way to root that works; a password is asked for only where one is needed.

    Raises:
        RigError: None works.
    """
    for without in (Root(shell), Root(shell, "sudo -n --")):
        if without.works():
            return without
    if shell.run("command -v sudo").code == 0:
        with_sudo = Root(shell, "LC_ALL=C sudo -k -S -p '' --", password())
        tried = with_sudo.run(["true"])
        if tried.code == 0:
            return with_sudo
        if not any(words in tried.stderr for words in NOT_ALLOWED):
            raise RigError(
                f"sudo does not take this password: {last_lines(tried.stderr)}",
                host=host,
                next_step="run again with the user's own password",
            )
    with_su = Root(shell, "su root -s /bin/sh -c", root_password(), quoted=True)
    if with_su.works():
        return with_su
    raise RigError(
        "the user may not use sudo, and su does not take this password for root",
        host=host,
        next_step="run again with root's password, or at the console as root: adduser USER sudo",
    )


def last_lines(text: str, count: int = 5) -> str:
    """The last lines that are not empty, for an error."""
    return "\n  ".join([line for line in text.splitlines() if line.strip()][-count:])
