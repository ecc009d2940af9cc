"""Begins a restore on a host and carries it out, and is killed at one of its steps. It runs on the host.

Arguments: ``before``, or ``after`` (it is done, and not yet written down); the step; a file with
the request as JSON.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, "/usr/local/lib/rigwright/backup/restore.pyz")

from deploys.backup.on_host import restore
from deploys.backup.on_host.restore_journal import Journal
from deploys.backup.on_host.restore_request import Request


def main() -> int:
    """Run it up to the step."""
    when, name, path = sys.argv[1:]
    real = Journal.step

    def step(self: Journal, called: str, do: Callable[[], str | None]) -> None:
        def killed() -> str | None:
            if when == "after":
                do()
            os.kill(os.getpid(), signal.SIGKILL)
            return None

        real(self, called, killed if called == name else do)

    setattr(Journal, "step", step)  # noqa: B010  mypy takes no other assignment to a method
    request = Request.of(Path(path).read_text())
    items = [one.printed() for one in restore.planned(request)]
    Journal.begin(vars(request), items)
    sys.argv = ["restore", "run"]
    return restore.main()


raise SystemExit(main())
