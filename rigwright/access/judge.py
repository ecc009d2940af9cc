"""What of a host's accounts, keys, passwords and sudo rules the inventory does not declare."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from rigwright.access.people import Account, Key, key
from rigwright.desired import Login
from rigwright.finding import By, Finding, Severity

SUBSYSTEM = "access"
ROOT = "root"


def declared(accounts: Iterable[Account], logins: Iterable[Login]) -> tuple[Account, ...]:
    """The accounts, each and their keys marked as declared or not. root is always there."""
    known = {login.name: login for login in logins}
    return tuple(_marked(one, known.get(one.name)) for one in accounts)


def _marked(account: Account, login: Login | None) -> Account:
    keys = tuple(replace(one, declared=_is_declared(one, login)) for one in account.keys)
    return replace(account, keys=keys, declared=login is not None or account.name == ROOT)


def _is_declared(one: Key, login: Login | None) -> bool:
    if login is None or login.keys is None:
        return login is not None
    named = (key(line, "") for line in login.keys)
    return one.fingerprint in {found.fingerprint for found in named if found}


def findings(host: str, accounts: Iterable[Account], logins: Iterable[Login]) -> Iterator[Finding]:
    """What nobody declared. Who cannot log in is told by drift, and is none here."""
    known = {login.name: login for login in logins}
    for one in accounts:
        if one.able:
            yield from (_finding(host, *said) for said in _said(one, known))


def _finding(host: str, kind: str, where: str, summary: str) -> Finding:
    return Finding(host, SUBSYSTEM, f"access.{kind}", where, summary, Severity.WARNING, by=By.HOST)


def _said(one: Account, known: Mapping[str, Login]) -> Iterator[tuple[str, str, str]]:
    login = known.get(one.name)
    if not one.declared:
        yield "account", one.name, f"{one.name} can log in, and the inventory does not name this account"
        return
    for found in one.keys:
        if not found.declared:
            name = f"{found.fingerprint} {found.comment}".strip()
            yield "key", f"{one.name} {found.fingerprint}", f"{one.name}: nobody declared the key {name}"
    kept_by_us = login.keys is not None if login else one.name == ROOT
    if kept_by_us and one.password != "locked":  # noqa: S105  the state
        yield "password", one.name, f"{one.name}: nobody declared a password, and it is {one.password}"
    if login and login.sudo is not None and "ALL" not in login.sudo:
        for command in one.commands:
            if command not in login.sudo:
                yield "sudo", f"{one.name} {command}", f"{one.name}: nobody declared that sudo runs {command}"
