"""The stand-in for a team's applications: an image that a lab host makes of its own Python.

``programs/stand_in.py`` is what runs in it; variables make it as good or as bad as a test wants.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

_PROGRAMS = Path(__file__).parent / "programs"
PROGRAM = (_PROGRAMS / "stand_in.py").read_text()
"""What the command of :func:`build` reads from its standard input."""


def build(image: str, variables: Mapping[str, str]) -> list[str]:
    """The command that makes an image, pushes it to its registry, and prints its name by digest.

    Args:
        image: Its name with a tag.
        variables: Of its containers.
    """
    script = (_PROGRAMS / "stand_in_image.sh").read_text()
    return [
        "sh",
        "-c",
        script,
        "stand-in-image",
        image,
        *(f"{name}={value}" for name, value in variables.items()),
    ]
