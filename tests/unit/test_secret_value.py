"""A secret's value appears nowhere but in what reveal() returns."""

from __future__ import annotations

import copy
import dataclasses
import inspect
import json
import logging
import pickle
import pprint
import traceback

import pydantic
import pytest
from pydantic_core import PydanticSerializationError

from rigwright.errors import RigError
from rigwright.secrets import Secret
from rigwright.settings.base import Settings

CANARY = "canary-Zq8vR2-never-shown"


@dataclasses.dataclass
class Holder:
    """A plain dataclass with a secret in it."""

    key: Secret
    port: int = 443


class Nginx(Settings):
    """Settings on our base, with every way to hold a secret."""

    key: Secret
    optional: Secret | None = None
    many: tuple[Secret, ...] = ()
    port: int = 443


class Careless(pydantic.BaseModel):
    """A model of somebody else, without our base's hiding of input."""

    key: Secret
    port: int = 443


def secret() -> Secret:
    return Secret("tls_key", CANARY)


def test_reveal_gives_text_and_bytes() -> None:
    assert secret().reveal() == CANARY
    assert secret().reveal_bytes() == CANARY.encode()
    assert secret().name == "tls_key"


@pytest.mark.parametrize(
    "show",
    [
        repr,
        str,
        pprint.pformat,
        lambda value: f"{value}",
        lambda value: f"{value:>40}",
        lambda value: f"{value!s} {value!r}",
        lambda value: "%s %r" % (value, value),  # noqa: UP031  the old way must be safe too
        lambda value: repr([value, {"a": value}]),
        lambda value: repr(Holder(value)),
        lambda value: repr(dataclasses.asdict(Holder(value))),
        lambda value: repr(vars(Holder(value))),
        lambda value: repr(inspect.getmembers(value)),
        lambda value: repr(Nginx(key=value, many=(value,))),
        lambda value: repr(Nginx(key=value).model_dump()),
        lambda value: repr(Careless(key=value)),
        lambda value: json.dumps([Nginx.model_json_schema(), str(value)]),
        lambda value: json.dumps({"a": value}, default=repr),
        lambda value: repr(copy.deepcopy(value)) + repr(copy.copy(value)),
    ],
)
def test_no_rendering_shows_the_value(show: object) -> None:
    assert callable(show)
    assert CANARY not in show(secret())
    assert CANARY[7:13] not in show(secret())


def test_the_mask_names_the_secret() -> None:
    assert str(secret()) == repr(secret()) == f"{secret()}" == "Secret('tls_key')"


def test_it_has_no_namespace_to_list() -> None:
    with pytest.raises(TypeError):
        vars(secret())


@pytest.mark.parametrize("refused", [pickle.dumps, json.dumps])
def test_pickle_and_json_are_refused(refused: object) -> None:
    assert callable(refused)
    with pytest.raises(TypeError) as caught:
        refused(secret())
    assert CANARY not in str(caught.value)


@pytest.mark.parametrize("model", [Nginx, Careless])
def test_models_holding_one_refuse_json(model: type[Nginx | Careless]) -> None:
    with pytest.raises(PydanticSerializationError, match="not for JSON") as caught:
        model(key=secret()).model_dump_json()
    assert CANARY not in str(caught.value)


@pytest.mark.parametrize("model", [Nginx, Careless])
@pytest.mark.parametrize("wrong", [CANARY, CANARY.encode(), [CANARY], {"a": CANARY}])
def test_a_plain_value_is_refused_and_not_echoed(model: type[Nginx | Careless], wrong: object) -> None:
    with pytest.raises(RigError) as caught:
        model.model_validate({"key": wrong, "port": "wrong as well"})
    error = caught.value
    assert error.setting == "key"
    assert "rig secret set" in str(error)
    assert CANARY not in str(error) + repr(error) + "".join(traceback.format_exception(error))


def test_optional_and_listed_secrets_refuse_plain_values_too() -> None:
    with pytest.raises(RigError, match="optional"):
        Nginx.model_validate({"key": secret(), "optional": CANARY})
    with pytest.raises(RigError, match="many"):
        Nginx.model_validate({"key": secret(), "many": (CANARY,)})
    assert Nginx(key=secret()).optional is None


@pytest.mark.parametrize("model", [Nginx, Careless])
def test_an_error_in_another_field_does_not_show_it(model: type[Nginx | Careless]) -> None:
    with pytest.raises(pydantic.ValidationError) as caught:
        model.model_validate({"key": secret(), "port": "x", "unknown": 1})
    assert CANARY not in str(caught.value) + repr(caught.value.errors())


def test_a_traceback_with_locals_does_not_show_it() -> None:
    def fail(held: Secret) -> None:
        raise ValueError(f"failed on {held}")

    try:
        fail(secret())
    except ValueError as error:
        report = "".join(traceback.TracebackException.from_exception(error, capture_locals=True).format())
    assert "held = Secret('tls_key')" in report
    assert CANARY not in report


def test_a_log_does_not_show_it(caplog: pytest.LogCaptureFixture) -> None:
    logging.getLogger("rigwright").warning("using %s and %r", secret(), {"key": secret()})
    assert "Secret('tls_key')" in caplog.text
    assert CANARY not in caplog.text


def test_binary_read_as_text_is_an_error_that_shows_nothing() -> None:
    with pytest.raises(RigError, match="binary") as caught:
        Secret("blob", b"\xff\xfe" + CANARY.encode()).reveal()
    assert caught.value.__context__ is None  # a UnicodeDecodeError would carry the bytes


def test_equality_is_by_name_and_value_and_the_hash_by_name() -> None:
    assert secret() == secret()
    assert secret() != Secret("tls_key", "other")
    assert secret() != Secret("other", CANARY)
    assert secret() != CANARY
    assert hash(secret()) == hash(Secret("tls_key", "other"))
    assert Nginx(key=secret()) == Nginx(key=secret())


def test_it_cannot_be_changed() -> None:
    with pytest.raises(AttributeError):
        secret().name = "other"  # type: ignore[misc]
    with pytest.raises(AttributeError):
        del secret().name
