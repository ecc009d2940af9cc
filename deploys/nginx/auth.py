"""Passwords that nginx itself asks for (RFC 7617), and the files that it reads them from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Annotated

from pydantic import Field, field_validator, model_validator
from typing_extensions import Self

from deploys.nginx.crypt import hashed
from deploys.nginx.values import PlainText
from rigwright.desired import Directory, File
from rigwright.secrets.value import Secret
from rigwright.settings.base import Many, Settings

FOLDER = "/etc/nginx/auth"
WORKERS = "www-data"
"""The group of nginx's workers, who read the file at each request."""
LEAST_CHARACTERS = 16


class BasicUser(Settings):
    """A name with a password."""

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.@-]{0,63}$")]
    """The name that the client gives."""

    password: Secret
    """From the secret store, at least 16 printable ASCII characters. Only its hash reaches the host."""

    @field_validator("password")
    @classmethod
    def _strong(cls, value: Secret) -> Secret:
        text = value.reveal()
        if len(text) < LEAST_CHARACTERS or not (text.isascii() and text.isprintable()):
            raise ValueError("must have 16 or more printable ASCII characters")
        return value


class BasicAuth(Settings):
    """Only who gives a name and its password gets in.

    An application behind it does not see them, nor any other ``Authorization`` header.
    """

    users: Annotated[Many[BasicUser], Field(min_length=1)]
    """Who gets in."""

    realm: Annotated[PlainText, Field(min_length=1)] = "Restricted"
    """What browsers show beside the prompt."""

    @model_validator(mode="after")
    def _users_once(self) -> Self:
        names = [user.name for user in self.users]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"users: two are named {', '.join(twice)}: give each a name of its own")
        return self


def auth_file(site: str, number: int | None = None) -> str:
    """Where the passwords stand of a site, or of its route of this number."""
    return f"{FOLDER}/{site}.htpasswd" if number is None else f"{FOLDER}/{site}.{number}.htpasswd"


def password_files(found: Sequence[tuple[str, BasicAuth]]) -> Iterator[File]:
    """The files, by path: hashes only, and not for other accounts of the host to read."""
    for path, auth in found:
        lines = (f"{user.name}:{hashed(user.name, user.password)}\n" for user in auth.users)
        yield File(path, "".join(lines).encode(), mode=0o640, group=WORKERS, secret=True)


def folder() -> Directory:
    """The directory of the files."""
    return Directory(FOLDER, mode=0o750, group=WORKERS, owned=True)
