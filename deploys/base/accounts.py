"""Who may log in: accounts, their keys and what they may run as root."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from deploys.base.settings import BaseSettings, User
from rigwright.desired import Check, Desired, Directory, File, Login, RuntimeState
from rigwright.desired.program import python, shell
from rigwright.desired.render import render, render_file

SUDOERS = "base/etc/sudoers.d/rigwright-users.j2"
CONFIRM_SECONDS = 120
"""Time for the operator's machine to log in anew where the operator's own keys are what changes."""


def accounts(settings: BaseSettings) -> Desired:
    """Users, former users, and accounts that no setting names."""
    users = settings.users
    return Desired(
        "base",
        packages=("python3", "sudo"),
        files=(render_file(SUDOERS, mode=0o440, users=users), *map(_keys, users)),
        directories=tuple(
            Directory(f"{user.home_path}/.ssh", mode=0o700, owner=user.name, group=user.name)
            for user in users
        ),
        logins=tuple(_logins(settings)),
        runtime_states=tuple(_runtime_states(settings)),
        checks=tuple(_checks(settings)),
        confirm_seconds=CONFIRM_SECONDS if any(one.name == settings.operator for one in users) else 0,
    )


def _keys(user: User) -> File:
    return File(
        f"{user.home_path}/.ssh/authorized_keys",
        render("base/_authorized_keys.j2", user=user),
        mode=0o600,
        owner=user.name,
        group=user.name,
    )


def _logins(settings: BaseSettings) -> Iterator[Login]:
    users = {one.name: Login(one.name, tuple(one.authorized_keys), one.sudo_rules) for one in settings.users}
    yield from (users.get(name) or Login(name) for name in settings.accounted_for)


def _checks(settings: BaseSettings) -> Iterator[Check]:
    yield Check("visudo -c", shell("base/programs/visudo.sh"))
    if settings.operator not in (None, "root"):
        yield Check(
            f"sudo of the operator {settings.operator}",
            f"runuser -u {settings.operator} -- sudo -n true",
        )


def _runtime_states(settings: BaseSettings) -> Iterator[RuntimeState]:
    if settings.users:
        yield RuntimeState(
            "users",
            python("base/programs/users.py", "show", *(user.name for user in settings.users)),
            tuple(pair for user in settings.users for pair in _expected(user)),
            remediation=python("base/programs/users.py", "set", _as_json(settings.users)),
            when="before_check",
        )
    if former := settings.former_users:
        yield RuntimeState(
            "former users",
            python("base/programs/former_users.py", "show", *former),
            tuple((name, "shut out") for name in former),
            remediation=python("base/programs/former_users.py", "set", *former),
        )
    yield RuntimeState(
        "kept out",
        python("base/programs/shut_out.py", *settings.managed_elsewhere),
        (*((name, "no") for name in settings.managed_elsewhere), ("all but root", "no")),
    )
    yield RuntimeState("logins", shell("base/programs/logins.sh", *settings.accounted_for), (), exact=True)


def _expected(user: User) -> Iterator[tuple[str, str]]:
    if user.uid is not None:
        yield f"{user.name}.uid", str(user.uid)
    yield f"{user.name}.home", user.home_path
    yield f"{user.name}.shell", user.login_shell
    yield f"{user.name}.groups", " ".join(sorted(user.groups))
    yield f"{user.name}.expires", "never"
    yield f"{user.name}.password", "locked"
    yield f"{user.name}.ageing", "none"


def _as_json(users: Sequence[User]) -> str:
    """The users as ``users.py`` takes them."""
    return json.dumps(
        [
            {
                "name": user.name,
                "home": user.home_path,
                "shell": user.login_shell,
                "groups": list(user.groups),
                "uid": user.uid,
            }
            for user in users
        ]
    )
