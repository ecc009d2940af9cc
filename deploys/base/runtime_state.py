"""State of the running system that no file of ours tells: accounts, kernel settings, names, holds."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from deploys.base.settings import BaseSettings
from rigwright.desired import RuntimeState
from rigwright.desired.render import render

OF_A_NAMESPACE = ("net.ipv4.", "net.ipv6.", "net.core.somaxconn")
"""Kernel settings that each network namespace has for itself, so that a container may set them."""


def _script(name: str, **values: object) -> str:
    return render(f"base/_{name}.sh.j2", **values).decode()


def accounts(settings: BaseSettings) -> Iterator[RuntimeState]:
    """Users as they should be, those who left, and accounts that nobody named."""
    if settings.users:
        yield RuntimeState(
            "users",
            _script("users", names=" ".join(user.name for user in settings.users)),
            tuple(_users(settings)),
            remediation=_script("users_mend", users=settings.users),
            when="before_check",
        )
    if settings.former_users:
        names = " ".join(settings.former_users)
        yield RuntimeState(
            "former users",
            _script("former_users", names=names),
            tuple((name, "shut out") for name in settings.former_users),
            remediation=_script("former_users_mend", names=names),
        )
    yield RuntimeState("logins", _script("logins", names=" ".join(settings.accounted_for)), (), exact=True)


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
    """Names, place, language, kernel settings, the journal's bounds, and holds.

    Args:
        settings: What is wanted.
        journal: The journal's configuration, which it must have been started with.
    """
    values = {
        "base": settings,
        "generated": settings.locale.replace("UTF-8", "utf8"),
        "hosts_entry": _hosts_entry(settings),
    }
    yield RuntimeState(
        "system",
        _script("system", **values),
        tuple(_names(settings)),
        remediation=_script("system_mend", **values),
    )
    yield from _kernel(settings)
    yield RuntimeState(
        "journal",
        _script("journal", digest=hashlib.sha256(journal).hexdigest()),
        (("journald runs with its settings", "true"),),
        remediation="systemctl restart systemd-journald.service",
    )
    if settings.updates.held_packages:
        names = " ".join(settings.updates.held_packages)
        yield RuntimeState(
            "holds",
            render("rigwright/_holds.sh.j2", names=names).decode(),
            tuple((name, "held") for name in settings.updates.held_packages),
            remediation=render("rigwright/_holds_mend.sh.j2", names=names).decode(),
        )


def placement(settings: BaseSettings) -> Iterator[RuntimeState]:
    """What systemd holds for the units that are placed; a template has no instance of its own name."""
    placements = [one for one in settings.placements if not one.is_template]
    if placements:
        yield RuntimeState(
            "placement",
            _script("placement", placements=placements),
            tuple((f"{one.unit} {name}", value) for one in placements for name, value in one.properties),
            remediation=_script("placement_mend", placements=placements),
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
    """The names of 127.0.1.1: the full one first, which is what ``hostname --fqdn`` then says."""
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
            _script("sysctl", keys=" ".join(key for key, _ in own)),
            tuple(own),
            remediation=_script("sysctl_mend", settings=own),
        )
    if wide:
        yield RuntimeState(
            "kernel",
            _script("kernel", settings=wide),
            (("differing", "none"),),
            remediation=_script("kernel_mend", settings=wide),
        )
