"""The shapes leave no setting at its default, so that golden and host tests see each of them."""

from __future__ import annotations

import inspect
from collections.abc import Iterator

from pydantic import BaseModel

from deploys.rig import Rig
from tests.golden.shapes import SHAPES

ABSTRACT = {"Route", "LimitedRoute"}
HARDWARE = {"Rig", "Machine", "Disk", "AcceptedFinding"}  # no file tells of them


def models(value: object) -> Iterator[BaseModel]:
    """Every settings object inside a value."""
    if isinstance(value, BaseModel):
        yield value
        for name in type(value).model_fields:
            yield from models(getattr(value, name))
    elif isinstance(value, tuple):
        for item in value:
            yield from models(item)


def settings(model: BaseModel) -> dict[str, str]:
    """Its settings: the name within the class that declares it, by field."""
    return {
        name: next(
            f"{kind.__name__}.{name}" for kind in type(model).__mro__ if name in inspect.get_annotations(kind)
        )
        for name in type(model).model_fields
    }


def changed(model: BaseModel) -> set[str]:
    """Its settings that differ from their default, or have none."""
    fields = type(model).model_fields
    return {
        known
        for name, known in settings(model).items()
        if getattr(model, name) != fields[name].get_default(call_default_factory=True)
    }


def test_every_setting_is_changed_in_some_shape() -> None:
    shapes = [shape("debian13") for shape in SHAPES.values()]
    found = [one for shape in shapes for one in models(shape) if type(one).__name__ not in HARDWARE]
    every = {known for model in found for known in settings(model).values()}
    assert every - {known for model in found for known in changed(model)} == set()


def test_every_kind_of_settings_is_in_some_shape() -> None:
    found = {type(model).__name__ for shape in SHAPES.values() for model in models(shape("debian13"))}
    defined = {
        kind.__name__
        for module in {type(model).__module__ for model in models(SHAPES["everything"]("debian13"))}
        for kind in vars(__import__(module, fromlist=["_"])).values()
        if isinstance(kind, type) and issubclass(kind, BaseModel) and kind.__module__.startswith("deploys.")
    }
    assert Rig.__name__ in found
    assert defined - found - HARDWARE == ABSTRACT
