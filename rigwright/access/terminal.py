"""Access reports for people and for programs. Renderers only: they decide nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timezone

from rigwright.access.document import AccessDocument, HostAccess
from rigwright.access.people import Account, Key
from rigwright.access.survey import AccessReport, verdict
from rigwright.console import printable, style
from rigwright.errors import Exit
from rigwright.report import document, terminal

COLOURS = {Exit.OK: "green", Exit.CHANGES: "yellow", Exit.UNKNOWN: "red"}
NAME_COLUMN = 14


def as_text(reports: Sequence[AccessReport]) -> str:
    """Every account that can log in, for a terminal."""
    now = datetime.now(timezone.utc)
    shown: list[str] = []
    for one in reports:
        about = style(f"{one.host.rig.platform.os}  {one.host.data.get('ssh_hostname', '')}", "dim")
        shown.append(f"{style(one.host.name, 'bold')}  {about}")
        problems = [*(str(one.error).splitlines() if one.error else ()), *one.unknown]
        shown += [f"  {style('?', 'red', 'bold')} {printable(line)}" for line in problems]
        undeclared = {found.where.split(" ")[0] for found in one.findings}
        for account in one.accounts:
            if account.able:
                shown += _account(account, one, now, good=account.name not in undeclared)
        shown += [f"    {style('→', 'yellow')} {printable(found.summary)}" for found in one.findings]
        shown += terminal.accepted(one.accepted)
    return "\n".join([*shown, "", summary(reports)])


def _account(account: Account, one: AccessReport, now: datetime, *, good: bool) -> Iterator[str]:
    mark = style("✓", "green") if good else style("!", "yellow")
    words = [
        f"uid {account.uid}",
        f"password {account.password}",
        f"sudo {', '.join(account.commands)}" if account.commands else "no sudo",
        f"last login {_when(account.login, one.since, now)}",
    ]
    yield f"  {mark} {printable(account.name):<{NAME_COLUMN}}{printable('; '.join(words))}"
    for key in account.keys:
        yield f"      {'' if key.declared else style('! ', 'yellow')}{printable(_key(key, one.since, now))}"


def _key(key: Key, since: datetime | None, now: datetime) -> str:
    name = f"{key.kind.removeprefix('ssh-')} {key.fingerprint} {key.comment}".rstrip()
    restricted = f", only {key.options}" if key.options else ""
    return f"{name}, used {_when(key.used, since, now)}{restricted}"


def _when(moment: datetime | None, since: datetime | None, now: datetime) -> str:
    if moment:
        return f"{terminal.ago(moment, now)} ago"
    return f"not in the last {terminal.ago(since, now)}" if since else "unknown"


def summary(reports: Sequence[AccessReport]) -> str:
    """One line with the figures."""
    able = sum(account.able for one in reports for account in one.accounts)
    findings = sum(len(one.findings) for one in reports)
    known = sum(one.error is None for one in reports)
    words = [f"{_count(able, 'account')} on {_count(known, 'host')} can log in"]
    words.append(f"{_count(findings, 'thing')} not declared" if findings else "all declared")
    if recorded := sum(one.reviewed for one in reports):
        words.append(f"review recorded on {_count(recorded, 'host')}")
    if lost := len(reports) - known:
        words.append(f"{_count(lost, 'host')} could not be queried")
    if any(one.unknown for one in reports):
        words.append("the state is partly unknown")
    return style("; ".join(words), COLOURS[verdict(reports)])


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" + ("" if number == 1 else "s")


def as_json(seen: Sequence[AccessReport]) -> str:
    """The same for programs; the schema is in docs/reference/schemas."""
    return document.as_json(AccessDocument(exit=int(verdict(seen)), hosts=tuple(map(_host, seen))))


def _host(one: AccessReport) -> HostAccess:
    return HostAccess(
        name=one.host.name,
        known=one.error is None,
        error=one.error,
        findings=tuple(one.findings),
        accepted=tuple(one.accepted),
        unknown=tuple(one.unknown),
        since=one.since,
        reviewed=one.reviewed,
        accounts=tuple(one.accounts),
    )
