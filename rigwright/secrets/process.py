"""This process keeps what it decrypts to itself: no core file, and no debugger of the same user."""

from __future__ import annotations

import contextlib
import ctypes
import resource
import sys

PR_SET_DUMPABLE = 4
"""prctl(2)."""


def keep_to_itself() -> None:
    """Write no core file when this process, or one that it starts, is killed.

    The limit is inherited, by an editor too. Where it is piped to a program, as to apport, the kernel asks
    whether the process is dumpable, which a program that is started is again.
    """
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)
