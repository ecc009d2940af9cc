"""Who may log in, to which database, and what they may do there."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator
from typing_extensions import Self

from deploys.postgres.values import ClientNetwork, Extension, Locale, RoleName, Seconds, SqlName
from rigwright.secrets.value import Secret
from rigwright.settings.base import Many, Settings

LEAST_CHARACTERS = 16


def fits_scram(password: Secret) -> bool:
    """Whether it is long, and what SASLprep leaves as it is."""
    value = password.reveal()
    return len(value) >= LEAST_CHARACTERS and value.isascii() and value.isprintable()


class Role(Settings):
    """A role with no more rights than a setting gives it. None can become superuser or bypass row security.

    Sessions that idle are ended: a forgotten transaction keeps vacuum from cleaning up behind it.
    """

    name: SqlName
    """Its name."""

    password: Secret | None = None
    """From the secret store, at least 16 printable ASCII characters. Only its SCRAM verifier reaches the
    host. A role without a password cannot log in: it is a group."""

    member_of: Many[RoleName] = ()
    """Roles whose rights it has, such as ``pg_monitor``."""

    connection_limit: Annotated[int, Field(ge=1, le=10_000)] | None = None
    """Sessions that it may have at once; None: as many as the server has."""

    create_databases: bool = False
    """It may create databases."""

    connects_to: Many[RoleName] = ()
    """Databases that it may connect to besides those that name it: ``postgres`` for a monitoring role."""

    networks: Many[ClientNetwork] = ()
    """Networks from which it may connect, by TLS only; from the host itself it may always."""

    idle_session_timeout_seconds: Seconds = 300
    """An idle session ends after so long; 0: never. Sessions of the pooler are exempt."""

    idle_in_transaction_session_timeout_seconds: Seconds = 300
    """A session that idles within a transaction ends after so long; 0: never."""

    statement_timeout_seconds: Seconds = 0
    """A statement ends after so long; 0: never."""

    @model_validator(mode="after")
    def _a_group_connects_nowhere(self) -> Self:
        if self.password is None and (self.networks or self.connects_to):
            raise ValueError(f"{self.name} has no password, so networks and connects_to lead nowhere")
        return self

    @model_validator(mode="after")
    def _a_password_that_scram_takes(self) -> Self:
        if self.password and not fits_scram(self.password):
            raise ValueError(f"the password of {self.name} must have 16 or more printable ASCII characters")
        return self


EXPORTER = Role(
    name="prometheus",
    member_of=("pg_monitor",),
    connection_limit=5,
    idle_session_timeout_seconds=0,
    statement_timeout_seconds=30,
)
"""The role of the exporter, which logs in without a password from the account of the same name."""


class Database(Settings):
    """A database that only the named roles may enter. Its rights are those of the schema ``public``."""

    name: SqlName
    """Its name."""

    owner: SqlName
    """The role that owns it: it may create, change and drop what is in it."""

    writers: Many[SqlName] = ()
    """Roles that may read and change what the owner's tables hold."""

    readers: Many[SqlName] = ()
    """Roles that may read it."""

    extensions: Many[Extension] = ()
    """Extensions that it has, such as ``pg_trgm``. One that is taken out stays."""

    encoding: Annotated[str, Field(pattern=r"^[A-Z0-9_]+$")] = "UTF8"
    """Its encoding, from its creation on."""

    locale: Locale = "C.UTF-8"
    """How text sorts, from its creation on. ``C.UTF-8`` sorts by code point on every system alike;
    any other must be installed, and indexes are to be rebuilt after its library changed."""

    @property
    def members(self) -> tuple[str, ...]:
        """Every role that may enter."""
        return tuple(dict.fromkeys((self.owner, *self.writers, *self.readers)))

    @model_validator(mode="after")
    def _each_role_once(self) -> Self:
        named = [self.owner, *self.writers, *self.readers]
        if twice := sorted({name for name in named if named.count(name) > 1}):
            raise ValueError(f"{self.name} names {', '.join(twice)} twice: the stronger right is enough")
        return self
