"""Pages that a site shows for errors."""

from __future__ import annotations

from pathlib import Path

from rigwright.render import TEMPLATES

REPOSITORY = TEMPLATES.parent


def html_of(value: object) -> object:
    """The text itself, or the content of the file that it names."""
    if not isinstance(value, str) or "<" in value:
        return value
    try:
        return (REPOSITORY / Path(value)).read_text(encoding="utf-8")
    except (OSError, ValueError):
        raise ValueError("is neither HTML text nor a file, as seen from the repository's root") from None
