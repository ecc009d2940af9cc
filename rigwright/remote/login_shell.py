"""Commands that run alike whatever the user's login shell is, and whatever its start-up files print or set.

sshd hands each command to the login shell. fish, tcsh and others read quotes, line ends and ``!`` unlike sh,
and start-up files print lines or change the path. So the shell gets one fixed line that all of them read
alike; it starts sh, which reads its script from standard input. A random mark separates what the command
prints from all that was printed before it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
"""Debian's own path of root; the command's path is this one, whatever the account's is."""

BUS_SOCKET = "/run/dbus/system_bus_socket"
"""Of D-Bus (dbus.socket), without which ``systemd-run`` cannot wait for a unit.

The file outlives it; who listens there is in /proc/net/unix, where 00010000 is the kernel's __SO_ACCEPTCON.
"""

_MARKED = f"""\
PATH={PATH}; export PATH
bus=none; ! grep -qs ' 00010000 .* {BUS_SOCKET}$' /proc/net/unix || bus=bus
printf '%s %s\\n' "$1" "$bus"
printf '%s\\n' "$1" >&2
shift
exec "$@"
"""


@dataclass(frozen=True)
class Output:
    """What came back from a marked command.

    Attributes:
        began: Whether the command was reached at all.
        bus: Whether D-Bus listens on the host.
        before: What was printed instead of the mark, or before it, on both streams.
    """

    began: bool
    bus: bool
    stdout: str
    stderr: str
    before: str


def launcher(size: int) -> str:
    """The line for the login shell, which runs so many bytes of its standard input as a script.

    ``head`` of coreutils reads no byte more than these: what follows is the script's own input.
    """
    return f"exec /usr/bin/env PATH={PATH} /bin/sh -c 'eval \"$(/usr/bin/head -c {size})\"'"


def script(command: str) -> bytes:
    """The script that runs this command line of sh; if its end is missing, sh runs none of it."""
    return f"{{ {command}\n}}".encode("utf-8", "surrogateescape")


def marked(command: Sequence[str], mark: str) -> list[str]:
    """The command with a mark on both streams before anything of its own."""
    return ["/bin/sh", "-c", _MARKED, "rigwright", mark, *command]


def split(stdout: str, stderr: str, mark: str) -> Output:
    """The two streams of a marked command without what others printed."""
    before, found, rest = stdout.partition(mark)
    bus, _, own = rest.partition("\n")
    before_err, _, own_err = stderr.partition(f"{mark}\n")
    return Output(
        began=bool(found),
        bus=bus.strip() == "bus",
        stdout=own,
        stderr=own_err if found else "",
        before="\n".join(part.strip() for part in (before, before_err) if part.strip()),
    )
