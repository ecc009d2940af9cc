"""Tools that write down how they are called, in place of a host's, for programs of subsystems."""

from __future__ import annotations

import subprocess
from pathlib import Path


class Tools:
    """What the tools of this folder were called with, and what they do besides."""

    def __init__(self, folder: Path, *names: str) -> None:
        self.log = folder / "calls"
        self.log.touch()
        self.folder = folder / "tools"
        self.folder.mkdir()
        for name in names:
            self.add(name)

    def add(self, name: str, script: str = "") -> None:
        """Have a tool that writes down its call and then runs this shell script, with its own arguments."""
        path = self.folder / name
        path.write_text(f'#!/bin/sh\nprintf "%s\\n" "{name} $*" >>{self.log}\n{script}\n')
        path.chmod(0o755)

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        """Run a command that finds these tools before those of the machine."""
        environment = {"PATH": f"{self.folder}:/usr/bin:/bin"}
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)

    def calls(self) -> list[str]:
        """The calls since the last time."""
        lines = self.log.read_text().splitlines()
        self.log.write_text("")
        return lines
