"""``docs/reference/settings.md``: every setting that an inventory can give, read from the models."""

from __future__ import annotations

import collections.abc
import types
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any, Union, get_args, get_origin, get_type_hints

from pydantic import BaseModel

from rigwright.dev.docs import words
from rigwright.dev.docs.docstrings import meanings

HEAD = """\
# Settings

<!-- Written by `rig docs` from the settings' own classes: change those, not this page. -->

All settings of a host, class by class.
A name that is not here is refused when the inventory loads, before any connection.
`None` and an empty list turn a feature off.
[`inventories/prod.py`](../../inventories/prod.py) shows every setting in use.
"""
TYPES = """\
## Types of values

The types of the values above.
Where a type has no simple bounds, the text is its error message for a wrong value.

| Type | Takes |
|---|---|
"""
SECRET = "[Secret](../how-to/secrets.md)"  # noqa: S105  a link

Model = type[BaseModel]


def models(root: Model) -> tuple[Model, ...]:
    """The class and every settings class that its fields lead to, each once, in the order of the page."""
    found: dict[Model, None] = {}

    def visit(model: Model) -> None:
        if model in found:
            return
        found[model] = None
        for hint in get_type_hints(model, include_extras=True).values():
            for member in words.members(hint):
                if isinstance(member, type) and issubclass(member, BaseModel):
                    visit(member)

    visit(root)
    return tuple(found)


def subsystem(model: Model) -> str:
    """``web`` for a class of ``deploys.web``, ``host`` for one that stands above all subsystems."""
    folders = model.__module__.split(".")[1:-1]
    return folders[0] if folders else "host"


def heading(model: Model) -> str:
    """The heading of a class, with its subsystem: two subsystems may use one name."""
    return f"{model.__name__} ({subsystem(model)})"


@dataclass
class _Page:
    """The page while it is written, and the named types that it has met."""

    types: dict[str, str] = field(default_factory=dict)

    def takes(self, hint: object, model: Model) -> str:
        """A field's type in words, with links to what it names."""
        if name := words.name_of(hint, model):
            self.types[name] = words.describe(hint)
            return f"[{name}](#types-of-values)"
        base, notes = words.parts(hint)
        if get_origin(base) is collections.abc.Sequence:
            least = words.attribute(notes, "min_length")
            amount = f" (at least {least})" if least else ""
            return f"list{amount} of {self.takes(get_args(base)[0], model)}"
        if get_origin(base) in (Union, types.UnionType):
            choices = [self.takes(one, model) for one in get_args(base)]
            return (", or " if "," in choices[0] else " or ").join(choices)
        return self._simple(base, notes)

    def _simple(self, base: object, notes: tuple[Any, ...]) -> str:
        if isinstance(base, type) and issubclass(base, BaseModel):
            return f"[{base.__name__}](#{words.anchor(heading(base))})"
        if words.is_literal(base):
            return words.literal(base)
        if base not in words.PLAIN:
            return SECRET if getattr(base, "__name__", "") == "Secret" else f"`{base}`"
        said = [words.PLAIN[base], words.bounds(notes)]
        if pattern := words.attribute(notes, "pattern"):
            said.append(f"matches `{pattern}`".replace("|", "\\|"))
        return ", ".join(filter(None, said))

    def section(self, model: Model) -> Iterator[str]:
        """A class: what it is, and its settings in a table."""
        yield f"\n### {heading(model)}\n\n{words.sentences(model.__doc__ or '')}\n"
        hints, meaning = get_type_hints(model, include_extras=True), meanings(model)
        if model.model_fields:
            yield "\n| Setting | Takes | Default | Meaning |\n|---|---|---|---|\n"
        for name, info in model.model_fields.items():
            cells = (
                f"`{name}`",
                self.takes(hints[name], model),
                words.default(info),
                words.markdown(meaning.get(name, "")),
            )
            yield f"| {' | '.join(cells)} |\n"


def page(root: Model) -> str:
    """The whole page for the class that describes a host."""
    writer = _Page()
    parts = [HEAD]
    key: Callable[[Model], str] = subsystem
    for group, members in groupby(sorted(models(root), key=lambda one: _order(one, root)), key):
        source = "deploys.rig" if group == "host" else f"deploys.{group}.settings"
        parts.append(f"\n## {group}\n\nImported from `{source}`.\n")
        for model in members:
            parts += writer.section(model)
    rows = (f"| {name} | {meaning} |\n" for name, meaning in sorted(writer.types.items()))
    return "".join([*parts, "\n", TYPES, *rows])


def _order(model: Model, root: Model) -> tuple[int, int]:
    """Subsystems as they come first, and their classes in the order of the page."""
    everything = models(root)
    groups = list(dict.fromkeys(map(subsystem, everything)))
    return groups.index(subsystem(model)), everything.index(model)
