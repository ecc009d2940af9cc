"""A Python module run as a child that ends with this process, however this process ends.

The child watches a pipe whose other end only this process holds: the kernel closes it even after SIGKILL.
That works on every POSIX system, where ``prctl(PR_SET_PDEATHSIG)`` is Linux's alone.
"""

from __future__ import annotations

import contextlib
import os
import runpy
import signal
import subprocess
import sys
from _thread import start_new_thread
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from threading import Thread
from typing import IO


def run(
    module: str,
    arguments: Sequence[str],
    *,
    folder: Path,
    environment: Mapping[str, str],
    receive: Callable[[str], None] = lambda _line: None,
    given: bytes = b"",
) -> subprocess.CompletedProcess[str]:
    """Run ``python -m module`` in a folder; standard error is part of its standard output.

    The child gets SIGTERM as soon as this process has ended, which ends it unless it handles the signal.

    Args:
        module: What is run.
        arguments: Its own.
        folder: Where it is run.
        environment: All of its variables.
        receive: Called for each line as it comes, without its end.
        given: What it reads on standard input; it appears in no process list.
    """
    watched, held = os.pipe()
    argv = [sys.executable, "-m", __name__, str(watched), module, *arguments]
    try:
        with subprocess.Popen(
            argv,
            cwd=folder,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            pass_fds=(watched,),
        ) as child:
            # It may print more than a pipe holds before it reads.
            feeding = Thread(target=_feed, args=(child.stdin, given))
            feeding.start()
            lines = []
            for line in child.stdout or ():
                lines.append(line.decode(errors="replace"))  # a host may print anything
                receive(lines[-1].rstrip("\n"))
            feeding.join()
        return subprocess.CompletedProcess(argv, child.returncode, "".join(lines))
    finally:
        os.close(watched)
        os.close(held)


def _feed(stdin: IO[bytes] | None, given: bytes) -> None:
    """Write all of it and end it; that a child does not read it is no error of this process."""
    if stdin:
        with contextlib.suppress(BrokenPipeError), stdin:
            stdin.write(given)


def _end_with(watched: int) -> None:
    """Wait until no process holds the other end; nothing is ever written there."""
    os.read(watched, 1)
    os.kill(os.getpid(), signal.SIGTERM)


def main(watched: int, module: str) -> None:
    """Be the child: run the module as ``python -m`` would, with its own arguments."""
    # A thread of the system, unknown to the module threading: gevent, which pyinfra runs on, replaces that.
    start_new_thread(_end_with, (watched,))
    del sys.argv[1:3]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])
