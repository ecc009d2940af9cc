"""Programs of a subsystem that run on a host: plain files below ``deploys``, which linters read.

A program takes its values as arguments or variables, never by being a template. What it prints, how it exits
and what it may change is said at its head.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping

from rigwright.errors import RigError
from rigwright.repository import ROOT

VARIABLE = re.compile(r"^[A-Za-z_][A-Za-z0-9_]*$")


def program(path: str) -> str:
    """The text of ``deploys/<path>``, such as ``redis/programs/query.py``.

    Raises:
        RigError: There is no such file.
    """
    try:
        return (ROOT / "deploys" / path).read_text()
    except OSError as error:
        raise RigError(f"the program cannot be read: {error.strerror}", file=f"deploys/{path}") from error


def shell(path: str, *arguments: str, variables: Mapping[str, str] | None = None) -> str:
    """A command for ``sh -c`` that runs a POSIX shell program with these values.

    Args:
        path: The program, as :func:`program` takes it; it ends with ``.sh``.
        *arguments: Its positional parameters.
        variables: Shell variables, set before its first line. No secret: commands stand in the process list.

    Raises:
        ValueError: A variable has no name that a shell takes.
    """
    values = variables or {}
    if wrong := [name for name in values if not VARIABLE.match(name)]:
        raise ValueError(f"{path}: {wrong[0]!r} is no name of a shell variable")
    head = [f"{name}={shlex.quote(value)}" for name, value in values.items()]
    if arguments:
        head.append(f"set -- {shlex.join(arguments)}")
    return "\n".join([*head, program(path)])


def python(path: str, *arguments: str) -> str:
    """A command for ``sh -c`` that runs a Python program, which imports the standard library only.

    Args:
        path: The program, as :func:`program` takes it; it ends with ``.py``.
        *arguments: Its ``sys.argv[1:]``; a structured value goes as one argument of JSON.
    """
    return shlex.join(["exec", "python3", "-I", "-c", program(path), *arguments])
