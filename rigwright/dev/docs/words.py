"""Types, bounds and defaults of settings in words, as ``docs/reference/settings.md`` shows them."""

from __future__ import annotations

import collections.abc
import re
import sys
import types
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

PLAIN: Mapping[object, str] = {
    str: "text",
    int: "whole number",
    float: "number",
    bool: "`True` or `False`",
    type(None): "`None`",
}
WRONG = "\0;"
SIZE = 'bytes, or text such as `"128GB"` or `"16MiB"`'


def anchor(heading: str) -> str:
    """The anchor that GitHub gives a heading."""
    kept = re.sub(r"[^\w\- ]", "", heading.lower())
    return kept.replace(" ", "-")


def markdown(text: str) -> str:
    """A docstring's text on one line, fit for a table's cell."""
    return " ".join(text.replace("``", "`").split()).replace("|", "\\|")


def sentences(text: str) -> str:
    """A docstring as prose: one sentence to a line, paragraphs kept."""
    paragraphs = (markdown(part) for part in re.split(r"\n\s*\n", text.strip()))
    return "\n\n".join(re.sub(r"(?<=[.!?]) (?=[A-Z`0-9])", "\n", part) for part in paragraphs)


def name_of(hint: object, model: type[BaseModel]) -> str | None:
    """The name under which the model's own module knows an annotated type, None where it has none."""
    if get_origin(hint) is not Annotated:
        return None
    names = vars(sys.modules[model.__module__]).items()
    return next((name for name, value in names if not name.startswith("_") and value == hint), None)


def parts(hint: object) -> tuple[object, tuple[Any, ...]]:
    """A type and what was annotated to it, with the constraints of every ``Field`` laid open."""
    if get_origin(hint) is not Annotated:
        return hint, ()
    base, *notes = get_args(hint)
    flat = [inner for note in notes for inner in (note.metadata if isinstance(note, FieldInfo) else [note])]
    return base, tuple(flat)


def bounds(notes: tuple[Any, ...]) -> str:
    """The limits among annotations: ``1 to 4096``, ``at least 1``; empty where there is none."""
    low, high = attribute(notes, "ge"), attribute(notes, "le")
    if low is not None and high is not None:
        return f"{low} to {high}"
    if low is not None:
        return f"at least {low}"
    return f"at most {high}" if high is not None else ""


def attribute(notes: tuple[Any, ...], name: str) -> Any:
    """The first value that an annotation has under this name."""
    return next((getattr(note, name) for note in notes if getattr(note, name, None) is not None), None)


def describe(hint: object) -> str:
    """What a value type takes. Where only its own code knows, the words are those of its refusal."""
    base, notes = parts(hint)
    said = [PLAIN.get(base, "value")]
    if limits := bounds(notes):
        said.append(limits)
    if longest := attribute(notes, "max_length"):
        said.append(f"at most {longest} characters")
    if pattern := attribute(notes, "pattern"):
        said.append(f"matches `{pattern}`".replace("|", "\\|"))
    elif refusal := _refusal(hint):
        said.append(refusal)
    return "; ".join(said)


def _refusal(hint: Any) -> str:
    try:
        TypeAdapter(hint).validate_python(WRONG)
    except ValidationError as error:
        problem = error.errors(include_url=False, include_context=False, include_input=False)[0]
        if problem["type"] == "byte_size":
            return SIZE
        if problem["type"] in ("value_error", "assertion_error"):
            return markdown(problem["msg"].removeprefix("Value error, "))
    return ""


def members(hint: object) -> Iterator[object]:
    """The types that a hint is made of, without lists, unions and annotations around them."""
    base, _ = parts(hint)
    if get_origin(base) in (Union, types.UnionType, collections.abc.Sequence):
        for one in get_args(base):
            yield from members(one)
    else:
        yield base


def default(field: FieldInfo) -> str:
    """The default as an inventory would write it."""
    value = field.get_default(call_default_factory=True, validated_data={})
    if value is PydanticUndefined:
        return "required"
    if isinstance(value, BaseModel):
        return f"`{type(value).__name__}()`"
    if isinstance(value, str):
        return f'`"{value}"`'
    if isinstance(value, tuple):
        return "`[" + ", ".join(f'"{one}"' if isinstance(one, str) else str(one) for one in value) + "]`"
    return f"`{value}`"


def literal(hint: object) -> str:
    """The choices of a ``Literal``, each as an inventory would write it."""
    choices = [f'`"{one}"`' if isinstance(one, str) else f"`{one}`" for one in get_args(hint)]
    return ", ".join(choices[:-1]) + f" or {choices[-1]}" if choices[1:] else choices[0]


def is_literal(hint: object) -> bool:
    """Whether this is a ``Literal``."""
    return get_origin(hint) is Literal
