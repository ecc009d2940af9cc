"""Run scripts inside a VM by QEMU's guest agent, which needs neither its network nor its SSH server."""

from __future__ import annotations

import base64
import random
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from rigwright.errors import RigError
from rigwright.lab import qemu
from rigwright.lab.json_lines import Conversation, conversation

RESPONSE_SECONDS: Final = 10


def run(
    folder: Path, argv: list[str], stdin: bytes, environment: Mapping[str, str], seconds: float
) -> subprocess.CompletedProcess[str]:
    """Run a program inside and wait for its end, at most so many seconds.

    Raises:
        RigError: The agent does not respond, or the program runs longer.
    """
    with conversation(qemu.agent(folder), RESPONSE_SECONDS) as agent:
        _synchronise(agent)
        started = agent.execute(
            "guest-exec",
            {
                "path": argv[0],
                "arg": argv[1:],
                "capture-output": True,
                "env": [f"{name}={value}" for name, value in environment.items()],
                "input-data": base64.b64encode(stdin).decode(),
            },
        )
        end = time.monotonic() + seconds
        pause = 0.01
        while time.monotonic() < end:
            state = agent.execute("guest-exec-status", {"pid": started["pid"]})
            if state["exited"]:
                code = state.get("exitcode", 128 + int(state.get("signal", 0)))
                return subprocess.CompletedProcess(
                    argv, code, _text(state.get("out-data")), _text(state.get("err-data"))
                )
            time.sleep(pause)
            pause = min(0.2, pause * 1.5)
    raise RigError(f"still runs after {seconds:.0f} s inside: {' '.join(argv)}")


def _synchronise(agent: Conversation) -> None:
    """An earlier command may have been cut off: discard what is left of its output."""
    mark = random.randrange(2**31)  # noqa: S311  a name, no secret
    agent.send({"execute": "guest-sync-delimited", "arguments": {"id": mark}})
    while agent.receive().get("return") != mark:
        pass


def _text(encoded: str | None) -> str:
    return base64.b64decode(encoded or "").decode(errors="replace")
