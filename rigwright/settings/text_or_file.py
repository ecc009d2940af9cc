"""A text in a setting: itself, or the path of a file of the repository that holds it."""

from __future__ import annotations

from collections.abc import Callable

from rigwright.repository import ROOT


def text_or_file(mark: str, what: str, encoding: str = "utf-8") -> Callable[[object], object]:
    """A validator, for before pydantic's own, that puts the content of a file in its path's place.

    Args:
        mark: What every such text holds, and no path.
        what: The kind of text, as an error names it.
        encoding: How the file is written.
    """

    def text(value: object) -> object:
        if not isinstance(value, str) or mark in value:
            return value
        try:
            return (ROOT / value).read_text(encoding=encoding)
        except (OSError, ValueError):
            raise ValueError(f"is neither {what} nor a file, as seen from the repository's root") from None

    return text
