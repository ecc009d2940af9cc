"""``docs/reference/schemas``: JSON Schema of what ``--json`` prints, read from the documents' own classes.

It follows :func:`rigwright.report.document.encoded`: what one writes, the other describes.
"""

from __future__ import annotations

import dataclasses
import enum
import inspect
import json
import re
import types
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from rigwright.access.document import AccessDocument
from rigwright.apply.document import ApplyDocument
from rigwright.backup.document import BackupDocument
from rigwright.backup.restore_document import RestoreDocument
from rigwright.dev.docs.words import markdown
from rigwright.diagnose.document import DiagnosisDocument
from rigwright.health.document import HealthDocument
from rigwright.reboot.document import RebootDocument
from rigwright.report.document import Document, FindingsDocument, RunDocument, VerifyDocument
from rigwright.report.show import ShowDocument

DOCUMENTS: Mapping[str, type[Document]] = {
    "plan": FindingsDocument,
    "apply": ApplyDocument,
    "verify": VerifyDocument,
    "drift": FindingsDocument,
    "health": HealthDocument,
    "diagnose": DiagnosisDocument,
    "reboot": RebootDocument,
    "access": AccessDocument,
    "backup": BackupDocument,
    "restore": RestoreDocument,
    "run": RunDocument,
    "show": ShowDocument,
}
"""By command."""
DIALECT = "https://json-schema.org/draft/2020-12/schema"
TYPES: Mapping[object, str] = {
    str: "string",
    int: "integer",
    float: "number",
    bool: "boolean",
    type(None): "null",
}
ATTRIBUTE = re.compile(r"^    (\w+): (.*(?:\n     .*)*)", re.MULTILINE)

Schema = dict[str, Any]


def pages() -> dict[str, str]:
    """The text of each schema by the name of its file."""
    made = {command: schema(kind, f"rig {command} --json") for command, kind in DOCUMENTS.items()}
    return {
        f"{command}.schema.json": json.dumps(one, indent=2, ensure_ascii=False) + "\n"
        for command, one in made.items()
    }


def schema(kind: type, title: str) -> Schema:
    """The schema of a document, with the classes that it is made of under ``$defs``."""
    found: dict[str, Schema] = {}
    body = _object(kind, found)
    return {"$schema": DIALECT, "title": title, **body, "$defs": dict(sorted(found.items()))}


def _object(kind: type, found: dict[str, Schema]) -> Schema:
    """A dataclass. Every key is always there, and there are no others."""
    hints, meanings = get_type_hints(kind, include_extras=True), dict(_meanings(kind))
    names = [field.name for field in dataclasses.fields(kind)]
    return {
        "description": markdown((inspect.getdoc(kind) or "").partition("\n\n")[0]),
        "type": "object",
        "properties": {name: {**_value(hints[name], found), **_described(meanings, name)} for name in names},
        "required": names,
        "additionalProperties": False,
    }


def _described(meanings: Mapping[str, str], name: str) -> Schema:
    return {"description": meanings[name]} if name in meanings else {}


def _meanings(kind: type) -> Iterator[tuple[str, str]]:
    """What the docstrings of a class and those above it say of each field; a subclass's own comes last."""
    for base in reversed(kind.__mro__):
        _, _, section = (inspect.cleandoc(base.__doc__ or "")).partition("Attributes:\n")
        for name, text in ATTRIBUTE.findall(section):
            yield name, markdown(text)


def _value(hint: Any, found: dict[str, Schema]) -> Schema:
    """The schema of a field's type: what is around a simple one, or the simple one."""
    around, inner = get_origin(hint), get_args(hint)
    if around is Annotated:
        return {**_value(inner[0], found), **inner[1]}
    if around is Literal:
        return {"enum": list(inner)}
    if around is tuple:
        return {"type": "array", "items": _value(inner[0], found)}
    if around in (Union, types.UnionType):
        members = [_value(one, found) for one in inner]
        simple = all(list(one) == ["type"] for one in members)
        return {"type": [one["type"] for one in members]} if simple else {"anyOf": members}
    return _simple(hint, found)


def _simple(hint: type, found: dict[str, Schema]) -> Schema:
    """The schema of a type with nothing around it.

    Raises:
        TypeError: A document has a type that is not described here.
    """
    if hint in TYPES:
        return {"type": TYPES[hint]}
    if hint is datetime:
        return {"type": "string", "format": "date-time"}
    if issubclass(hint, enum.Enum):
        ranked = issubclass(hint, enum.IntEnum)
        return {"enum": [one.name.lower() if ranked else one.value for one in hint]}
    if not dataclasses.is_dataclass(hint):
        raise TypeError(f"no JSON Schema for {hint}")
    name = str(hint.__name__)
    if name not in found:
        found[name] = {}
        found[name] = _object(hint, found)
    return {"$ref": f"#/$defs/{name}"}
