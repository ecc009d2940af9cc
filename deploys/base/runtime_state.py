"""State of the running system that is in no file of Rigwright: accounts, kernel settings, names, holds."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence

from deploys.base.settings import BaseSettings, User
from deploys.shared.holds import package_holds
from rigwright.desired import RuntimeState
from rigwright.desired.program import python, shell

OF_A_NAMESPACE = ("net.ipv4.", "net.ipv6.", "net.core.somaxconn")
"""Kernel settings that each network namespace has for itself, so that a container may set them."""


def accounts(settings: BaseSettings) -> Iterator[RuntimeState]:
    """Users as they should be, former users, and accounts that no setting names."""
    if settings.users:
        yield RuntimeState(
            "users",
            python("base/programs/users.py", "show", *(user.name for user in settings.users)),
            tuple(_users(settings)),
            remediation=python("base/programs/users.py", "set", _accounts(settings.users)),
            when="before_check",
        )
    if former := settings.former_users:
        yield RuntimeState(
            "former users",
            python("base/programs/former_users.py", "show", *former),
            tuple((name, "shut out") for name in former),
            remediation=python("base/programs/former_users.py", "set", *former),
        )
    yield RuntimeState("logins", shell("base/programs/logins.sh", *settings.accounted_for), (), exact=True)


def _accounts(users: Sequence[User]) -> str:
    """The users as ``users.py`` takes them."""
    return json.dumps(
        [
            {
                "name": user.name,
                "home": user.home,
                "shell": user.login_shell,
                "groups": list(user.groups),
                "uid": user.uid,
            }
            for user in users
        ]
    )


def _users(settings: BaseSettings) -> Iterator[tuple[str, str]]:
    for user in settings.users:
        if user.uid is not None:
            yield f"{user.name}.uid", str(user.uid)
        yield f"{user.name}.home", user.home
        yield f"{user.name}.shell", user.login_shell
        yield f"{user.name}.groups", " ".join(sorted(user.groups))
        yield f"{user.name}.expires", "never"
        yield f"{user.name}.password", "locked"


def system(settings: BaseSettings, journal: bytes) -> Iterator[RuntimeState]:
    """Names, time zone, locale, kernel settings, the journal's bounds, and holds of packages.

    Args:
        settings: What is desired.
        journal: The journal's configuration, which it must have been started with.
    """
    charmap_locale = {"charmap_locale": settings.locale.replace("UTF-8", "utf8")}
    values = {
        **charmap_locale,
        "timezone": settings.timezone,
        "locale": settings.locale,
        "hostname": settings.short_hostname or "",
        "hosts_entry": _hosts_entry(settings),
    }
    yield RuntimeState(
        "system",
        shell("base/programs/system.sh", variables=charmap_locale),
        tuple(_names(settings)),
        remediation=shell("base/programs/system_set.sh", variables=values),
    )
    yield from _kernel(settings)
    digest = hashlib.sha256(journal).hexdigest()
    yield RuntimeState(
        "journal",
        shell("base/programs/journal.sh", variables={"digest": digest}),
        (("journald runs with its settings", "true"),),
        remediation="systemctl restart systemd-journald.service",
    )
    if settings.updates.held_packages:
        yield package_holds("holds", settings.updates.held_packages)


def placement(settings: BaseSettings) -> Iterator[RuntimeState]:
    """What systemd holds for the units that are placed; a template has no instance of its own name."""
    placed = [
        (one.unit, name, value)
        for one in settings.placements
        if not one.is_template
        for name, value in one.properties
    ]
    if placed:
        arguments = [word for triple in placed for word in triple]
        yield RuntimeState(
            "placement",
            shell("base/programs/placement.sh", "show", *arguments),
            tuple((f"{unit} {name}", value) for unit, name, value in placed),
            remediation=shell("base/programs/placement.sh", "set", *arguments),
        )


def _names(settings: BaseSettings) -> Iterator[tuple[str, str]]:
    yield "timezone", settings.timezone
    yield "locale", settings.locale
    yield "locale generated", "true"
    if settings.hostname and settings.short_hostname:
        yield "hostname", settings.short_hostname
        yield "/etc/hostname", settings.short_hostname
        yield "/etc/hosts", _hosts_entry(settings)


def _hosts_entry(settings: BaseSettings) -> str:
    """The names of 127.0.1.1: the full one first, which is what ``hostname --fqdn`` then prints."""
    names = dict.fromkeys((settings.hostname or "", settings.short_hostname or ""))
    return " ".join(name for name in names if name)


def kernel_settings(settings: BaseSettings) -> tuple[tuple[str, str], ...]:
    """Keys and values, sorted."""
    return tuple((key, str(value)) for key, value in sorted(settings.sysctls.items()))


def shared(settings: BaseSettings) -> tuple[str, ...]:
    """Keys of the kernel as a whole, which a container must not set."""
    return tuple(key for key, _ in kernel_settings(settings) if not key.startswith(OF_A_NAMESPACE))


def _kernel(settings: BaseSettings) -> Iterator[RuntimeState]:
    wide = [one for one in kernel_settings(settings) if one[0] in shared(settings)]
    own = [one for one in kernel_settings(settings) if one not in wide]
    if own:
        yield RuntimeState(
            "sysctl",
            shell("base/programs/sysctl.sh", "show", *(key for key, _ in own)),
            tuple(own),
            remediation=shell("base/programs/sysctl.sh", "set", *_assignments(own)),
        )
    if wide:
        yield RuntimeState(
            "kernel",
            shell("base/programs/kernel.sh", "show", *_assignments(wide)),
            (("differing", "none"),),
            remediation=shell("base/programs/kernel.sh", "set", *_assignments(wide)),
        )


def _assignments(settings: Sequence[tuple[str, str]]) -> list[str]:
    return [f"{key}={value}" for key, value in settings]
