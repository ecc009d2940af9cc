"""The scenarios leave no setting at its default, so that golden and host tests see each of them."""

from __future__ import annotations

import inspect
from collections.abc import Iterator

from pydantic import BaseModel

from deploys.rig import Rig
from tests.golden.scenarios import SCENARIOS

ABSTRACT = {"Route", "LimitedRoute"}
HARDWARE = {"Rig", "Machine", "Disk", "AcceptedFinding"}  # no file holds them


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


def test_every_setting_is_changed_in_some_scenario() -> None:
    scenarios = [scenario("debian13") for scenario in SCENARIOS.values()]
    found = [one for scenario in scenarios for one in models(scenario) if type(one).__name__ not in HARDWARE]
    every = {known for model in found for known in settings(model).values()}
    assert every - {known for model in found for known in changed(model)} == set()


def test_every_kind_of_settings_is_in_some_scenario() -> None:
    found = {
        type(model).__name__ for scenario in SCENARIOS.values() for model in models(scenario("debian13"))
    }
    defined = {
        kind.__name__
        for module in {type(model).__module__ for model in models(SCENARIOS["everything"]("debian13"))}
        for kind in vars(__import__(module, fromlist=["_"])).values()
        if isinstance(kind, type) and issubclass(kind, BaseModel) and kind.__module__.startswith("deploys.")
    }
    assert Rig.__name__ in found
    assert defined - found - HARDWARE == ABSTRACT
