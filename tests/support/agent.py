"""An SSH agent of an operator, on this machine."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.waiting import wait_until


@contextmanager
def agent_with(key: Path, name: str) -> Iterator[str]:
    """An agent that holds this key; the path of its socket, which must be short."""
    socket = f"/tmp/rig-{name}-{os.getpid()}.sock"
    with subprocess.Popen(["ssh-agent", "-D", "-a", socket], stdout=subprocess.DEVNULL) as process:
        try:
            wait_until(lambda: Path(socket).exists(), seconds=20)
            environment = {**os.environ, "SSH_AUTH_SOCK": socket}
            subprocess.run(["ssh-add", "-q", str(key)], env=environment, check=True)
            yield socket
        finally:
            process.terminate()
