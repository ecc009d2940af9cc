"""The documentation of a site, from its inventory alone: what runs, who reaches it, what to do when it fails.

It contacts no host and holds no secret, so that a team can keep it with its other pages.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from rigwright.compare.unmanaged import ANY
from rigwright.desired import Desired
from rigwright.inventory.load import Host
from rigwright.report.html import Page, Part, Section, Table
from rigwright.settings.platform import NAMES

HOUR_SECONDS = 3600
DAY_SECONDS = 24 * HOUR_SECONDS
LOOPBACK = ("127.0.0.1", "::1")


@dataclass(frozen=True)
class Topic:
    """One table of a host.

    Attributes:
        title: Its heading.
        columns: Their names.
        rows: As many cells each as there are columns.
    """

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def topics(host: Host) -> tuple[Topic, ...]:
    """What there is to know of a host; a topic without rows is left out."""
    desired = host.rig.desired()
    made = (Topic(title, columns, tuple(dict.fromkeys(rows(desired)))) for title, columns, rows in _TOPICS)
    return tuple(topic for topic in made if topic.rows)


def as_markdown(hosts: Sequence[Host], title: str) -> str:
    """The page as Markdown, with a table for each topic of each host."""
    lines = [f"# {title}", "", "Generated from the inventory by `rig docs site`.", ""]
    for host in hosts:
        lines += [f"## {host.name}", "", f"{about(host)}.", ""]
        for topic in topics(host):
            lines += [f"### {topic.title}", "", *_table(topic), ""]
    return "\n".join(lines).rstrip() + "\n"


def as_page(hosts: Sequence[Host], title: str, at: datetime) -> Page:
    """The page for a browser."""
    count = f"{len(hosts)} hosts" if len(hosts) != 1 else "1 host"
    sections = tuple(Section(host.name, about(host), tuple(_parts(host))) for host in hosts)
    return Page(title, f"{count}, as the inventory states", "good", at, sections, made="generated at")


def about(host: Host) -> str:
    """Its system, its address and its groups, in a line."""
    words = [NAMES[host.rig.platform.os], str(host.data.get("ssh_hostname", host.name))]
    groups = [name for name in dict.fromkeys(host.groups) if name != "all"]
    return ", ".join([*words, *([f"in {', '.join(groups)}"] if groups else [])])


def _parts(host: Host) -> Iterator[Part]:
    for topic in topics(host):
        yield Part(topic.title, table=Table(topic.columns, topic.rows))


def _table(topic: Topic) -> list[str]:
    cells = [[cell.replace("|", "\\|").replace("\n", " ") for cell in row] for row in topic.rows]
    return [
        f"| {' | '.join(topic.columns)} |",
        f"|{'|'.join('---' for _ in topic.columns)}|",
        *(f"| {' | '.join(row)} |" for row in cells),
    ]


def _services(desired: Iterable[Desired]) -> Iterator[tuple[str, ...]]:
    for one in desired:
        units = [unit.name for unit in one.units if unit.enabled and unit.active]
        services = [name for name in units if not name.endswith((".timer", ".path", ".socket"))]
        timers = [name for name in units if name.endswith(".timer")]
        if services or timers:
            yield one.subsystem, ", ".join(services) or "none", ", ".join(timers) or "none"


def _ports(desired: Iterable[Desired]) -> Iterator[tuple[str, ...]]:
    """Ports in a row that one part has at one address are one row."""
    found = {
        (_where(socket.address), one.subsystem, socket.protocol, socket.port)
        for one in desired
        for socket in one.sockets
    }
    ranges: list[list[tuple[str, str, str, int]]] = []
    for one in sorted(found):
        follows = ranges and ranges[-1][-1][:3] == one[:3] and ranges[-1][-1][3] + 1 == one[3]
        ranges[-1].append(one) if follows else ranges.append([one])
    for where, owner, protocol, first, last in sorted(
        ((*each[0], each[-1][3]) for each in ranges), key=lambda one: (one[3], one[2], one[0])
    ):
        yield f"{first}{f'-{last}' if last > first else ''}/{protocol}", where, owner


def _where(address: str) -> str:
    if address in ANY:
        return "every address"
    return "the host alone" if address in LOOPBACK else address


def _names(desired: Iterable[Desired]) -> Iterator[tuple[str, ...]]:
    for one in desired:
        for name in one.tls_names:
            yield name.domain, str(name.port), one.subsystem


def _accounts(desired: Iterable[Desired]) -> Iterator[tuple[str, ...]]:
    for one in desired:
        for login in one.logins:
            keys = "managed elsewhere" if login.keys is None else f"{len(login.keys)}"
            sudo = "managed elsewhere" if login.sudo is None else ", ".join(login.sudo) or "nothing"
            yield login.name, keys, sudo


def _applications(desired: Iterable[Desired]) -> Iterator[tuple[str, ...]]:
    for one in desired:
        for tool in one.release_tools:
            yield tool.app, tool.image, f"rig release rollback {tool.app}"


def _data(desired: Iterable[Desired]) -> Iterator[tuple[str, ...]]:
    every = tuple(desired)
    tools = {tool.data: tool for one in every for tool in one.backup_tools}
    for one in every:
        for data in one.protects:
            tool = tools.get(data.name)
            yield (
                data.name,
                ", ".join(data.paths),
                span(data.rhythm_seconds),
                f"an alert after {span(tool.late_seconds)}" if tool else "not backed up here",
            )


def _places(desired: Iterable[Desired]) -> Iterator[tuple[str, ...]]:
    for one in desired:
        for place in one.backup_places:
            yield place.name, place.where, place.tool


def _receivers(desired: Iterable[Desired]) -> Iterator[tuple[str, ...]]:
    for one in desired:
        for receiver in one.receivers:
            yield receiver.kind, receiver.to, " and ".join(receiver.severities)


def _alerts(desired: Iterable[Desired]) -> Iterator[tuple[str, ...]]:
    rules = [rule for one in desired for rule in one.alerts if rule.severity != "none"]
    for rule in sorted(rules, key=lambda one: (one.severity, one.name)):
        yield rule.name, rule.severity, span(rule.for_seconds), f"docs/runbooks/{rule.runbook}.md"


def span(seconds: int) -> str:
    """A time in a unit of which there are one and a half at least: ``36.5 h``, ``5 min``."""
    for unit, length in (("d", DAY_SECONDS), ("h", HOUR_SECONDS), ("min", 60)):
        if seconds == length or seconds >= 1.5 * length:
            return f"{round(seconds / length, 1):g} {unit}"
    return f"{seconds} s" if seconds else "at once"


Rows = Callable[[Iterable[Desired]], Iterator[tuple[str, ...]]]
_TOPICS: tuple[tuple[str, tuple[str, ...], Rows], ...] = (
    ("Services", ("Part", "Services", "Timers"), _services),
    ("Ports", ("Port", "Listens on", "Part"), _ports),
    ("Names with a certificate", ("Name", "Port", "Part"), _names),
    ("Applications", ("Application", "Image", "Way back"), _applications),
    ("Accounts", ("Account", "Keys", "May run through sudo"), _accounts),
    ("Data and its backups", ("Data", "Where", "Backed up every", "When that is late"), _data),
    ("Where backups are", ("Repository", "Where", "Tool"), _places),
    ("Who is notified", ("By", "To", "Of alerts that are"), _receivers),
    ("Alerts and their runbooks", ("Alert", "Severity", "Holds for", "Runbook"), _alerts),
)
