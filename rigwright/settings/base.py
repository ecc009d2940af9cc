"""The base of all settings: frozen, strict about names and types, silent about values."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from typing import Annotated, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ByteSize,
    ConfigDict,
    Field,
    TypeAdapter,
    ValidationError,
    model_validator,
)

from rigwright.errors import RigError
from rigwright.settings import origin


class Settings(BaseModel):
    """Settings of a machine or a subsystem. A name that does not exist is an error, never ignored."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        strict=True,
        hide_input_in_errors=True,
        validate_default=True,
        arbitrary_types_allowed=True,
    )

    def model_post_init(self, _context: object, /) -> None:
        """Let ``rig show`` know where it was written."""
        origin.note(self)

    @model_validator(mode="before")
    @classmethod
    def _only_names_that_exist(cls, given: object) -> object:
        """Report a misspelt name with the nearest valid one, in plain pyinfra's traceback too."""
        for name in given if isinstance(given, dict) else ():
            if name not in cls.model_fields:
                near = difflib.get_close_matches(str(name), cls.model_fields, n=1)
                hint = (
                    f"did you mean {near[0]}?"
                    if near
                    else f"{cls.__name__} has {', '.join(cls.model_fields)}"
                )
                raise ValueError(f"there is no such setting as {name}; {hint}")
        return given


def _no_control(value: str) -> str:
    if any(ord(letter) < 32 or ord(letter) == 127 for letter in value):  # noqa: PLR2004  ASCII controls
        raise ValueError("must not hold control characters")
    return value


T = TypeVar("T")

Many = Annotated[Sequence[T], AfterValidator(tuple)]  # an inventory may write a list


def _bytes(value: object) -> int:
    return int(TypeAdapter(ByteSize).validate_python(value))


Size = Annotated[
    int, BeforeValidator(_bytes), Field(ge=1)
]  # bytes; an inventory may write "128GB" or "16MiB"
Port = Annotated[int, Field(ge=1, le=65535)]
Text = Annotated[str, Field(min_length=1), AfterValidator(_no_control)]
Name = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_-]{0,31}$")]
Domain = Annotated[
    str,
    Field(
        max_length=253,
        pattern=r"^(\*\.)?([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$",
    ),
]


def explain(error: ValidationError, *, file: str | None = None, host: str | None = None) -> RigError:
    """The validation error as one that names each setting and what to do, and shows no value."""
    lines = []
    for problem in error.errors(include_url=False, include_context=False, include_input=False):
        where = ".".join((error.title, *(str(part) for part in problem["loc"])))
        message = problem["msg"].removeprefix("Value error, ")
        lines.append(f"{where}: {message}")
    return RigError("\n  ".join(lines), host=host, file=file, next_step="fix the inventory and run again")
