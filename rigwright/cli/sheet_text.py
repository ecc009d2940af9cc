"""The text of a recovery sheet, typed without echo or read from standard input: never an argument."""

from __future__ import annotations

import sys

import click

from rigwright.errors import RigError
from rigwright.secrets import age, recovery


def ask() -> age.Identity:
    """The identity of the sheet that a person has.

    Raises:
        RigError: What was typed is no sheet's text; it is not repeated.
    """
    if sys.stdin.isatty():
        text = click.prompt("the sheet's key, in one line", hide_input=True, err=True)
    else:
        text = sys.stdin.read()
    found = recovery.typed(text)
    if found is None:
        raise RigError(
            f"this is no sheet's key: it does not begin with {age.IDENTITY_PREFIX}1, or a letter is wrong",
            next_step="type it again as it is on the sheet, with or without spaces, or scan the code",
        )
    return found
