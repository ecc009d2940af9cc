"""What a host's tool answered, out of what ``rigwright/host/health.py`` sends; total on every garbage."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from facts.values import at


@dataclass(frozen=True)
class Answer:
    """How one command ended. ``error``: it gave no answer at all. ``missing``: it is not installed."""

    asked: bool = False
    missing: bool = False
    error: str = ""
    code: int | None = None
    out: str = ""
    err: str = ""

    @property
    def complaint(self) -> str:
        """Why it has nothing to say: the first line, since nvme-cli prints its usage behind it."""
        said = (self.err.strip() or self.out.strip()).splitlines()
        return said[0] if said else f"exit code {self.code}"


def answer(seen: Mapping[str, object], name: str) -> Answer:
    """The answer of this name."""
    answers = at(seen, "answers")
    found = answers.get(name) if isinstance(answers, Mapping) else None
    if not isinstance(found, Mapping):
        return Answer()
    code = found.get("code")
    if found.get("missing") is True:
        return Answer(asked=True, missing=True)
    if error := found.get("error"):
        return Answer(asked=True, error=str(error))
    if not isinstance(code, int):
        return Answer(asked=True, error="the host's answer cannot be read")
    return Answer(asked=True, code=code, out=str(found.get("out") or ""), err=str(found.get("err") or ""))
