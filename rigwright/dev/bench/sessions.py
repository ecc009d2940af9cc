"""Count SSH commands where they arrive: in the log of the host's own SSH server."""

from __future__ import annotations

from dataclasses import dataclass, field

from typing_extensions import Self

from rigwright.errors import RigError
from rigwright.lab import LabHost

# -o overrides every file. The file is another one only while the server starts: drift must report a change.
TALK = """\
set -eu
echo 'SSHD_OPTS="-o LogLevel=VERBOSE"' >/run/sshd-talks
mount --bind /run/sshd-talks /etc/default/ssh
systemctl restart ssh
umount /etc/default/ssh
"""
CURSOR = "journalctl --sync && journalctl --lines=0 --show-cursor"
# The server, and since OpenSSH 9.8 the program that serves one connection.
LOG = "journalctl --sync && journalctl --output=cat -t sshd -t sshd-session --after-cursor="
SESSION = "Starting session:"
LOGIN = "Accepted publickey"


def talk(host: LabHost) -> None:
    """Let a host's SSH server log every session from now on; connections stay. Needs root."""
    host.run(TALK)


@dataclass
class Counter:
    """Within the context, counts what reaches a host that :func:`talk` made talk. Needs root.

    Attributes:
        commands: Commands, shells and subsystems that were started; known after the context.
        logins: Connections that were logged in to; known after the context.
    """

    host: LabHost
    commands: int = field(default=-1, init=False)
    logins: int = field(default=-1, init=False)
    _cursor: str = field(default="", init=False)

    def __enter__(self) -> Self:
        _, found, cursor = self.host.run(CURSOR).stdout.partition("-- cursor: ")
        if not found:
            raise RigError("its journal has no cursor, so that nothing can be counted", host=self.host.name)
        self._cursor = cursor.strip()
        return self

    def __exit__(self, *_: object) -> None:
        log = self.host.run(f"{LOG}'{self._cursor}'").stdout.splitlines()
        self.commands = sum(line.startswith(SESSION) for line in log)
        self.logins = sum(line.startswith(LOGIN) for line in log)
