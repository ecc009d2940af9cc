"""The shell command of a fact, and its output as the outputs of its tools. Standard library only."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Mapping
from pathlib import Path

from facts.commands import Command
from facts.tool_output import ToolOutput

PROGRAM = Path(__file__).parent / "programs" / "query.sh"
LIMIT_SECONDS = 10
"""What one tool may take; disks that have spun down wake up within it."""
TIMED_OUT = (124, 137)
"""How timeout(1) ends where it ended the command, the second with a kill."""
OUTPUT = "##fact output "
END = re.compile(r"^##fact (?:(missing)|code (\d{1,3}))$")


def query(name: str, command: Command) -> str:
    """A line of the script: run a command, whose output gets this name."""
    return shlex.join(["query", name, *command])


def each(pattern: str, name: str, command: Command) -> str:
    """A line of the script: run a command for each device of ``/sys``, with its node as the last argument."""
    return shlex.join(["each", pattern, name, *command])


def script(lines: Iterable[str]) -> str:
    """The whole script of a fact for ``sh -c``."""
    body = "\n".join(f"    {line}" for line in lines)
    # The first line is there for pyinfra, which processes no empty output.
    return f"limit={LIMIT_SECONDS}\n{PROGRAM.read_text()}\n{{\n    echo\n{body}\n}} | readable\n"


def outputs(lines: Iterable[str]) -> dict[str, ToolOutput]:
    """The outputs by their names; total, whatever the lines hold."""
    found: dict[str, ToolOutput] = {}
    name, out, err = "", list[str](), list[str]()
    end: re.Match[str] | None = None
    for line in (*lines, OUTPUT):
        if line.startswith(OUTPUT):
            if name:
                found[name] = _output(out, err, end)
            name, out, err, end = line.removeprefix(OUTPUT), [], [], None
        elif match := END.match(line):
            end = match
        else:
            (out if end is None else err).append(line)
    return found


def _output(out: list[str], err: list[str], end: re.Match[str] | None) -> ToolOutput:
    if end is None:
        return ToolOutput(queried=True, error="the output ends before the command does")
    if end[1]:
        return ToolOutput(queried=True, missing=True)
    code = int(end[2])
    if code in TIMED_OUT:
        return ToolOutput(queried=True, error=f"no output within {LIMIT_SECONDS} s", timed_out=True)
    # The line that ends the output begins on a line of its own, so that what is before is the output itself.
    return ToolOutput(queried=True, code=code, out="\n".join(out), err="\n".join(err).strip("\n"))


def of(found: Mapping[str, ToolOutput], name: str) -> ToolOutput:
    """The output of this name; one that was not queried where there is none."""
    return found.get(name, ToolOutput())


def devices(found: Mapping[str, ToolOutput], *kinds: str) -> list[str]:
    """The devices that :func:`each` found."""
    pairs = (name.split(" ", maxsplit=1) for name in found)
    return sorted({pair[1] for pair in pairs if len(pair) > 1 and pair[0] in kinds})
