"""Run the command line and plain pyinfra as an operator does, in processes of their own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]


def rig(*arguments: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run ``rig``; standard error is part of the output."""
    return _run([sys.executable, "-m", "rigwright", *map(str, arguments)], environment)


def rig_json(*arguments: str | Path) -> tuple[int, Any]:
    """Run ``rig … --json``: its exit code, and its standard output, which is one document and no progress."""
    done = _run([sys.executable, "-m", "rigwright", *map(str, arguments), "--json"], {}, subprocess.PIPE)
    assert done.stdout, done.stderr
    return done.returncode, json.loads(done.stdout)


def pyinfra(inventory: str | Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run ``pyinfra INVENTORY deploys/site.py``; standard error is part of the output."""
    return _run([sys.executable, "-m", "pyinfra", str(inventory), "deploys/site.py", *arguments], {})


def _run(
    argv: list[str], environment: dict[str, str], stderr: int = subprocess.STDOUT
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        argv,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), "NO_COLOR": "1", **environment},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=stderr,
        text=True,
        check=False,
        timeout=1200,
    )
