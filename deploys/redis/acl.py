"""The users as ``users.acl`` has them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from deploys.redis import exporter
from deploys.redis.settings import ADMINISTRATOR, RedisSettings, RedisUser
from deploys.redis.versions import Engine

ALL_COMMANDS = ("+@all",)


def acl_lines(settings: RedisSettings, engine: Engine) -> Iterator[str]:
    """The lines of ``users.acl``, with hashes of passwords. ``default`` is off unless it is a user."""
    named = {user.name for user in settings.users}
    if "default" not in named:
        yield "user default off"
    administrator = RedisUser(
        name=ADMINISTRATOR,
        password=settings.administrator_password,
        channels=("*",),
        commands=ALL_COMMANDS,
    )
    measuring = [exporter.user(settings.exporter_password)] if settings.exporter_password else []
    yield from (_acl_line(user, engine) for user in (administrator, *measuring, *settings.users))


def _acl_line(user: RedisUser, engine: Engine) -> str:
    digest = hashlib.sha256(user.password.reveal().encode()).hexdigest()
    channels = (f"&{pattern}" for pattern in user.channels) if engine.channels else ()
    words = ("user", user.name, "reset", "on", f"#{digest}", *(f"~{one}" for one in user.keys), *channels)
    return " ".join((*words, *user.commands))
