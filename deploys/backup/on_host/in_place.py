"""A restore in the place of what is live: each step can be done again, and all of them can be taken back.

It is restored beside and checked first; what uses it stops for the renames alone.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deploys.backup.on_host.replace import Swap
from deploys.backup.on_host.repository import RepositoryError
from deploys.backup.on_host.restore_journal import Journal
from deploys.backup.on_host.restore_request import Request, Wanted

WRITERS = Path("/usr/local/lib/rigwright/backup/writers.json")
READY_SECONDS = 600
"""A server with much data reads for minutes before it serves."""
UNIT_SECONDS = 900
FAILURES = (RepositoryError, OSError, subprocess.SubprocessError, ValueError)


class TakenBackError(RepositoryError):
    """It failed, and what was live before is live again."""


@dataclass
class InPlace:
    """One thing that is replaced.

    Attributes:
        journal: The restore.
        one: What.
        item: What the dry run said of it.
        request: As the operator asked.
    """

    journal: Journal
    one: Wanted
    item: Mapping[str, Any]
    request: Request

    def steps(self) -> Iterable[tuple[str, Callable[[], str | None]]]:
        """Each with its name, in order; the last ones only clear away."""
        raise NotImplementedError

    def swaps(self) -> list[Swap]:
        """What is renamed, found out before the first rename."""
        raise NotImplementedError

    def work(self) -> list[Path]:
        """Folders that are removed at the end, and where it was taken back."""
        raise NotImplementedError

    def units(self) -> list[str]:
        """What serves it."""
        return units(self.one)

    def test(self) -> str | None:
        """Whether what is live now works."""
        return ready(self.one.details)

    def carry_out(self) -> None:
        """All steps, or none.

        Raises:
            TakenBackError: One failed before the end.
        """
        try:
            for name, do in self.steps():
                self.journal.step(name, do)
        except FAILURES as error:
            if self.journal.ended("test"):
                raise
            self._take_back(error)
            raise TakenBackError(f"{error}; what was live before is live again") from error

    def _take_back(self, error: Exception) -> None:
        try:
            self.take_back()
        except FAILURES as second:
            raise RepositoryError(f"{error}; and it could not be taken back: {second}") from error

    def stop(self) -> str | None:
        """What writes to it, and then what serves it."""
        running = self.journal.fact("running", self._running)
        for command in [one["stop"] for one in writers(self.one) if one["unit"] in running]:
            shell(command)
        for unit in self.units():
            shell(f"systemctl stop {unit}")
        return ", ".join(running) or "nothing ran"

    def start(self) -> str | None:
        """What serves it, and then what writes to it."""
        for unit in reversed(self.units()):
            if unit in self.journal.fact("running", self._running):
                shell(f"systemctl reset-failed {unit} 2>/dev/null || :; systemctl start {unit}")
        return None

    def resume(self) -> str | None:
        """What writes to it."""
        running = self.journal.fact("running", self._running)
        for command in reversed([one["start"] for one in writers(self.one) if one["unit"] in running]):
            shell(command)
        return None

    def _running(self) -> list[str]:
        every = [*(one["unit"] for one in writers(self.one)), *self.units()]
        active = ["systemctl", "is-active", "--quiet"]
        return [unit for unit in every if not subprocess.run([*active, unit], check=False).returncode]

    def switch(self) -> str | None:
        """Put the new one in its place."""
        every = self.journal.fact("swaps", lambda: [one.words for one in self.swaps()])
        for one in map(Swap.of, every):
            one.do()
        return "; ".join(one["kept"] for one in every if one["had"]) or None

    def take_back(self) -> None:
        """Put back what was live before, and start what was stopped."""
        if self.journal.begun("switch"):
            for unit in self.units():
                shell(f"systemctl stop {unit}")
            every = self.journal.fact("swaps", list)
            for one in reversed([*map(Swap.of, every)]):
                one.undo()
        try:
            if self.journal.begun("stop"):
                self.start()
                self.resume()
        finally:
            self.clear_away()

    def clear_away(self) -> str | None:
        """What was needed meanwhile."""
        for folder in self.work():
            shutil.rmtree(folder, ignore_errors=True)
        return None


def writers(one: Wanted) -> list[Mapping[str, Any]]:
    """What writes to this data beside what serves it; those that serve clients first."""
    found: list[Mapping[str, Any]] = json.loads(WRITERS.read_text(encoding="utf-8"))
    return [each for each in found if one.kind in each["kinds"] or one.data in each["data"]]


def units(one: Wanted) -> list[str]:
    """What serves it: stopped while it is replaced."""
    return one.details.get("units", "").split()


def stops(one: Wanted) -> tuple[str, ...]:
    """Units that do not run meanwhile."""
    return (*(str(each["unit"]) for each in writers(one)), *units(one))


def ready(details: Mapping[str, str]) -> str | None:
    """Wait until what serves it does, and have it say so.

    Raises:
        RepositoryError: It does not.
    """
    if "after" in details:
        shell(details["after"])
    if "ready" not in details:
        return None
    until = time.monotonic() + READY_SECONDS
    while run(details["ready"]).returncode and time.monotonic() < until:
        time.sleep(0.5)
    return shell(details["ready"]) or None


def shell(command: str) -> str:
    """What a command prints.

    Raises:
        RepositoryError: It failed.
    """
    done = run(command)
    if done.returncode:
        lines = (done.stderr or done.stdout).strip().splitlines()
        raise RepositoryError(f"{command}: {' '.join(lines[-3:]) or done.returncode}")
    return done.stdout.strip()


def run(command: str) -> subprocess.CompletedProcess[str]:
    """Have a shell run a command."""
    words = ["sh", "-c", command]
    return subprocess.run(
        words, capture_output=True, text=True, errors="replace", timeout=UNIT_SECONDS, check=False
    )
