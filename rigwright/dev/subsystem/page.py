"""The how-to page about a new subsystem, out of the very files that ``rig dev new`` makes."""

from __future__ import annotations

from rigwright.desired.render import environment
from rigwright.dev.subsystem.files import REFERENCE, RIG, TEMPLATES, Subsystem, files

EXAMPLE = Subsystem("motd", "/etc/motd.d/rigwright", "a line for everybody who logs in")
LANGUAGES = {".py": "python", ".j2": "jinja", ".md": "markdown"}


def page() -> str:
    """``docs/how-to/add-a-subsystem.md``."""
    made = files(EXAMPLE)

    def show(path: str, language: str = "") -> str:
        """A code block with the file, marked as the content of it."""
        kind = language or LANGUAGES[path[path.rindex(".") :]]
        return f"<!-- file: {path} -->\n```{kind}\n{made[path]}```"

    template = f"templates/{EXAMPLE.name}{EXAMPLE.path}.j2"
    return (
        environment(TEMPLATES)
        .get_template("how-to.md.j2")
        .render(EXAMPLE.values, show=show, template=template, files=[*made], edited=[RIG, REFERENCE])
    )
