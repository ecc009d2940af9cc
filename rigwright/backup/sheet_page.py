"""The recovery sheet as a page to print: one file that fetches nothing and runs nothing."""

from __future__ import annotations

from pathlib import Path

from markupsafe import Markup

from rigwright.backup.sheet import QUIET, WARNING, Sheet, steps
from rigwright.report.html import template

TEMPLATE = Path(__file__).with_name("sheet.html.j2")


def as_html(sheet: Sheet) -> str:
    """For a browser's printer, on A4."""
    drawing = sheet.code.svg_inline(border=QUIET, dark="#000", light="#fff", omitsize=True)
    # segno's own markup, of a text of letters, digits and hyphens.
    code = Markup(drawing)  # noqa: S704
    return template(TEMPLATE).render(sheet=sheet, code=code, steps=[*steps()], warning=WARNING)
