"""The files of a new subsystem as text, and the lines that register it. Pure."""

from __future__ import annotations

import keyword
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from rigwright.desired.render import environment

TEMPLATES = Path(__file__).parent / "templates"
NAME = re.compile(r"^[a-z][a-z0-9]*$")
RESERVED = ("machine", "rigwright", "sources")
"""A field of ``Rig`` that is no subsystem, and the names of the toolkit's own parts."""

FILES = {
    "deploys/{name}/__init__.py": "package.py.j2",
    "deploys/{name}/settings.py": "settings.py.j2",
    "deploys/{name}/state.py": "state.py.j2",
    "templates/{name}{path}.j2": "template.j2",
    "tests/unit/test_{name}.py": "unit_test.py.j2",
    "tests/host/test_{name}.py": "host_test.py.j2",
    "tests/support/breaks/{name}.py": "breaks.py.j2",
    "tests/lab/drift_cases/{name}.py": "drift_case.py.j2",
    "inventories/scenarios/{name}.py": "scenario.py.j2",
    "inventories/studio/{name}.py": "reference.py.j2",
    "docs/{name}.md": "page.md.j2",
}
RIG, REFERENCE = "deploys/rig.py", "inventories/prod.py"


@dataclass(frozen=True)
class Subsystem:
    """A subsystem to be made.

    Attributes:
        name: Lower-case letters and digits, as in ``deploys/<name>``.
        path: The file on the host that it starts with, absolute.
        summary: What it is, in a few words without a full stop.
    """

    name: str
    path: str
    summary: str

    def __post_init__(self) -> None:
        if not NAME.match(self.name) or keyword.iskeyword(self.name) or self.name in RESERVED:
            raise ValueError(f"{self.name!r} is no name of a subsystem: lower-case letters and digits")
        path = PurePosixPath(self.path)
        if not path.is_absolute() or ".." in path.parts or len(path.parts) < len(("/", "etc", "file")):
            raise ValueError(f"{self.path!r} is no absolute path of a file below a directory")
        if not self.summary or set(self.summary) & set('\n"\\'):
            raise ValueError("the summary is one line without quotes")

    @property
    def folder(self) -> str:
        """The directory of its file, empty where every host has it, such as ``/etc``."""
        parent = PurePosixPath(self.path).parent
        return str(parent) if len(parent.parts) > len(("/", "etc")) else ""

    @property
    def values(self) -> dict[str, str]:
        """What the templates name."""
        return {
            "name": self.name,
            "class": self.name.capitalize(),
            "path": self.path,
            "folder": self.folder,
            "summary": self.summary,
        }


def files(new: Subsystem) -> dict[str, str]:
    """Text by path below the repository."""
    templates = environment(TEMPLATES)
    return {
        path.format(name=new.name, path=new.path): templates.get_template(template).render(new.values)
        for path, template in FILES.items()
    }


def registered(new: Subsystem, rig: str, reference: str, before: Sequence[str]) -> dict[str, str]:
    """The text of ``deploys/rig.py`` and ``inventories/prod.py`` with the new subsystem.

    Args:
        new: The subsystem.
        rig: The text of ``deploys/rig.py``.
        reference: The text of ``inventories/prod.py``.
        before: Names of subsystems that are applied after it, in their order; not empty.

    Raises:
        ValueError: A line that names the first of ``before`` is not there.
    """
    settings = f"{new.values['class']}Settings"
    upper = new.summary[:1].upper() + new.summary[1:]
    field = f'    {new.name}: {settings} | None = None\n    """{upper}."""\n\n'
    rig = _before(rig, rf"^    {before[0]}: \w+ \| None", field)
    rig = _import(rig, f"from deploys.{new.name}.settings import {settings}\n")
    reference = _before(reference, rf"^            {before[0]}=", f"            {new.name}={new.name},\n")
    reference = _import(reference, f"from inventories.studio.{new.name} import {new.name}\n")
    return {RIG: rig, REFERENCE: reference}


def _before(text: str, line: str, addition: str) -> str:
    found = re.search(line, text, re.MULTILINE)
    if found is None:
        raise ValueError(f"no line matches {line}")
    return text[: found.start()] + addition + text[found.start() :]


def _import(text: str, line: str) -> str:
    """The text with an import in its order among those of the same package."""
    package = line.split(".", 1)[0]
    rows = text.splitlines(keepends=True)
    found = [n for n, row in enumerate(rows) if row.startswith(f"{package}.") and row.endswith("\n")]
    later = [n for n in found if rows[n] > line]
    rows.insert(later[0] if later else found[-1] + 1, line)
    return "".join(rows)
