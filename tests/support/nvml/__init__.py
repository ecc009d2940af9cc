"""The real nvidia-ml-py on a stand-in for the driver's library: a card for tests that have none."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[3]
SOURCE = Path(__file__).with_name("nvml.c")
LIBRARY = "libnvidia-ml.so.1"
"""The name by which nvidia-ml-py loads it."""
READER = "tests.support.nvml.reader"


def build(folder: Path) -> Path:
    """Compile the stand-in into a folder, and give its path.

    Raises:
        AssertionError: The machine has no C compiler, or it refuses the source.
    """
    compiler = next(filter(None, map(shutil.which, ("cc", "gcc"))), None)
    assert compiler, "no C compiler (cc or gcc) on this machine: apt install gcc libc6-dev"
    path = folder / LIBRARY
    flags = ("-shared", "-fPIC", "-std=c11", "-O1", "-Wall", f"-Wl,-soname,{LIBRARY}")
    command = [compiler, *flags, "-o", str(path), str(SOURCE)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return path


def read(folder: Path, scenario: str) -> dict[str, Any]:
    """What facts and health make of a scenario: a new process, as the loader reads its path only once."""
    environment = {
        **os.environ,
        "LD_LIBRARY_PATH": str(folder),
        "RIGWRIGHT_NVML_SCENARIO": scenario,
        "PYTHONPATH": os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH")))),
    }
    command = [sys.executable, "-m", READER]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found
