"""The recovery sheet as a page to print: one file that fetches nothing and runs nothing."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import jinja2
from markupsafe import Markup

from rigwright.backup.sheet import QUIET, WARNING, Sheet, steps
from rigwright.console import printable

TEMPLATE = Path(__file__).with_name("sheet.html.j2")


@cache
def _template() -> jinja2.Template:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATE.parent),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=True,
        finalize=lambda value: printable(value) if type(value) is str else value,
    )
    return environment.get_template(TEMPLATE.name)


def as_html(sheet: Sheet) -> str:
    """For a browser's printer, on A4."""
    drawing = sheet.code.svg_inline(border=QUIET, dark="#000", light="#fff", omitsize=True)
    # segno's own markup, of a text of letters, digits and hyphens.
    code = Markup(drawing)  # noqa: S704
    return _template().render(sheet=sheet, code=code, steps=[*steps()], warning=WARNING)
