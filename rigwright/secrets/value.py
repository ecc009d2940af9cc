"""A secret as a value: it can be passed on, compared and revealed, and is shown nowhere."""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING, Any, NoReturn, Protocol, final

from rigwright.errors import RigError

if TYPE_CHECKING:
    from collections.abc import Callable

    from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
    from pydantic_core import CoreSchema
    from pydantic_core.core_schema import ValidationInfo


@final
class Secret:
    """A named secret. Only :meth:`reveal` and :meth:`reveal_bytes` give its value.

    ``repr``, ``str`` and ``format`` give ``Secret('name')``. Pickling and JSON are refused.
    Two secrets are equal when name and value are; the comparison of values takes constant time.
    The hash is that of the name.

    A settings field annotated ``Secret`` takes an instance of this class and nothing else.
    """

    __slots__ = ("__content", "__name", "__store")
    __name: str
    __content: Callable[[], bytes]
    __store: str | None

    def __init__(self, name: str, value: str | bytes, store: str | None = None) -> None:
        content = value.encode() if isinstance(value, str) else value
        object.__setattr__(self, "_Secret__name", name)
        object.__setattr__(self, "_Secret__content", _sealed(content))
        object.__setattr__(self, "_Secret__store", store)

    @property
    def store(self) -> str | None:
        """The file of the encrypted store that it was read from; None: it is from none."""
        return self.__store

    @property
    def name(self) -> str:
        """The name under which the store keeps it."""
        return self.__name

    def reveal(self) -> str:
        """The value as text.

        Raises:
            RigError: it is not UTF-8; take :meth:`reveal_bytes`.
        """
        try:
            return self.__content().decode()
        except UnicodeDecodeError:
            pass  # the error carries the value: none may be raised from inside this block
        raise RigError("the secret is binary, where text is needed", setting=self.__name)

    def reveal_bytes(self) -> bytes:
        """The value as bytes."""
        return self.__content()

    def __repr__(self) -> str:
        return f"Secret({self.__name!r})"

    def __format__(self, format_spec: str) -> str:
        return format(repr(self), format_spec)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Secret):
            return NotImplemented
        same = hmac.compare_digest(self.reveal_bytes(), other.reveal_bytes())
        return same and self.__name == other.name

    def __hash__(self) -> int:
        return hash((Secret, self.__name))

    def __copy__(self) -> Secret:
        return self

    def __deepcopy__(self, memo: object) -> Secret:
        return self

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError(f"{self!r} cannot be changed")

    def __delattr__(self, name: str) -> NoReturn:
        raise AttributeError(f"{self!r} cannot be changed")

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError(f"{self!r} is not for pickling")

    @classmethod
    def __get_pydantic_core_schema__(cls, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        from pydantic_core import core_schema

        return core_schema.with_info_plain_validator_function(
            _only_a_secret,
            serialization=core_schema.plain_serializer_function_ser_schema(_no_json, when_used="json"),
        )

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return {"title": "Secret", "description": 'A secret from the store: `secrets["name"]`.'}


def _sealed(content: bytes) -> Callable[[], bytes]:
    """Hold the value in a closure: no attribute or slot leads to it, so no listing of members shows it."""
    return lambda: content


def _only_a_secret(value: object, info: ValidationInfo) -> Secret:
    """The secret itself; for anything else a RigError.

    A ValueError would become part of pydantic's ValidationError, which keeps the refused input.
    """
    if isinstance(value, Secret):
        return value
    kind = type(value).__name__
    del value
    raise RigError(
        f"takes a secret from the store, got a {kind}",
        setting=info.field_name,
        next_step='store it with `rig secret set INVENTORY NAME` and write secrets["NAME"] here',
    )


def _no_json(secret: Secret) -> NoReturn:
    raise TypeError(f"{secret!r} is not for JSON")


class SecretSource(Protocol):
    """Where an inventory takes secrets from, by name: the store, or the lab's made-up ones."""

    def __getitem__(self, name: str) -> Secret: ...
