"""Values that an application connects with, composed from what the host declares elsewhere.

So a password has one place: rotating it is a change there, an apply, and a release.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from rigwright.settings.base import Settings, Text


class DatabaseUrl(Settings):
    """Where PostgreSQL of this host is, as ``postgresql://role:password@address:port/database``."""

    role: Text
    """A role of ``postgres.roles`` with a password."""

    database: Text
    """A database of ``postgres.databases`` that the role may enter."""

    pooled: bool = True
    """By the pooler, where many connections are a few sessions; False: by a session of the server's own,
    over TLS, such as a migration needs."""


class RedisUrl(Settings):
    """Where Redis of this host is, as ``redis://user:password@address:port/database``."""

    user: Text
    """A user of ``redis.users``."""

    database: Annotated[int, Field(ge=0, le=9999)] = 0
    """The number of the database."""
