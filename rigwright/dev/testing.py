"""What a nox session of this repository's tests does: run pytest, and leave a report that can be counted.

``noxfile.py`` declares the sessions; :mod:`rigwright.dev.results` reads what they leave.
"""

from __future__ import annotations

import os
import shutil
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import nox

ROOT = Path(__file__).parents[2]
REPORTS = Path("reports", "tests")
"""One folder for each session, with a JUnit file for each run of pytest; relative to the noxfile's folder."""
AGAIN = ("--last-failed", "--last-failed-no-failures=none")
"""What pytest gets behind ``--`` to run once more what failed."""
NEEDS_ROOT = "lab hosts need root: sudo ./rig test"


def with_parent() -> tuple[str, ...]:
    """What stands before a command that must end as by Ctrl-C, however its parent ends.

    Tests that end so take their lab hosts down. Nothing on a system without ``setpriv`` (util-linux). What a
    shell starts in the background ignores that signal at first, hence ``env``.
    """
    if not shutil.which("setpriv"):
        return ()
    return ("env", "--default-signal=INT", "setpriv", "--pdeathsig", "INT", "--")


def pytest_configure() -> None:
    """Hook of pytest, whose plugin this module is: SIGTERM, which nox sends, ends a run as Ctrl-C does."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)


def pytest(session: nox.Session, *arguments: str, python: str = sys.executable) -> None:
    """Run pytest with these arguments and those behind ``--``; each session remembers its own failures."""
    name = session.name
    kind = "again" if set(AGAIN) <= set(session.posargs) else "first"
    # In a session of its own: nox ends the whole group, and a second signal would cut short the clean-up.
    alone = ("setsid",) if with_parent() else ()
    session.run(
        *with_parent(),
        *alone,
        python,
        *("-m", "pytest", "-p", __name__, "-q", "--durations=8"),
        *("-o", f"cache_dir=.pytest_cache/{name}", f"--junit-xml={REPORTS / name / kind}.xml"),
        *arguments,
        *session.posargs,
        env={"PYTHONPATH": str(ROOT)},
        external=True,
        interrupt_timeout=0.1,
        terminate_timeout=None,
    )


def lab_tests(session: nox.Session, *arguments: str, uid: int | None = None) -> None:
    """Run tests that make lab hosts; for any user but root the session is aborted, which is no success.

    Args:
        session: Whose tests they are.
        arguments: pytest's.
        uid: The user's number; that of this process if None.
    """
    if (os.geteuid() if uid is None else uid) != 0:
        session.error(NEEDS_ROOT)
    pytest(session, *arguments)
