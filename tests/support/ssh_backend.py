"""testinfra over OpenSSH's own client, for any login shell, and clear about whether a command ran at all."""

from __future__ import annotations

import shlex
import subprocess
from secrets import token_hex

from testinfra.backend.base import CommandResult
from testinfra.backend.ssh import SshBackend

from rigwright.remote.login_shell import launcher, script

NO_CONNECTION = 255
"""ssh's own exit status, where there is no connection, or where it broke (ssh(1))."""


class NoCommandError(RuntimeError):
    """The command never ran: there is no connection, or the login shell runs something else."""


class ShellBackend(SshBackend):  # type: ignore[misc]  # testinfra has no types
    """Commands in sh, whatever the login shell is and prints."""

    def run_ssh(self, command: str) -> CommandResult:
        """Run a command line of sh.

        Raises:
            NoCommandError: It did not run, for the reason that it names.
        """
        mark = token_hex(16)
        text = script(f"echo {mark}; echo {mark} >&2; {command}")
        words, arguments = self._build_ssh_command(launcher(len(text)))
        done = subprocess.run(
            shlex.split(self.quote(" ".join(words), *arguments)), input=text, capture_output=True, check=False
        )
        line = f"{mark}\n".encode()
        before, began, stdout = done.stdout.partition(line)
        before_err, _, stderr = done.stderr.partition(line)
        if not began:
            printed = (before_err + before).decode("utf-8", "replace").strip().splitlines()
            raise NoCommandError((printed or ["ssh: no connection"])[-1])
        return self.result(done.returncode, self.encode(command), stdout, stderr)
