"""What a release would do on a host, and the checks before it, asked of its tool, which changes nothing."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from rigwright.console import printable, style
from rigwright.desired import ReleaseTool
from rigwright.errors import RigError
from rigwright.release.carry_out import last_line
from rigwright.release.known import Version
from rigwright.release.terminal import short
from rigwright.remote.ssh import Connection

COLOURS = {"good": "green", "failed": "red", "skipped": "yellow"}


@dataclass(frozen=True)
class Check:
    """One check: ``good``, ``failed``, ``skipped`` or ``absent``, what was found, and what to do."""

    name: str
    verdict: str
    says: str
    next_step: str


@dataclass(frozen=True)
class Plan:
    """What a release would do.

    Attributes:
        app: The application.
        version: The release that would go live.
        live: What serves; None: nothing does.
        starts: Instances that would start.
        ends: Those that would end.
        checks: Each one that comes before.
    """

    app: str
    version: Version
    live: Version | None
    starts: tuple[str, ...]
    ends: tuple[str, ...]
    checks: tuple[Check, ...]

    @property
    def good(self) -> bool:
        """Whether a release would begin."""
        return all(one.verdict != "failed" for one in self.checks)


def ask(
    connection: Connection, host: str, tool: ReleaseTool, digest: str, skipped: Mapping[str, str]
) -> Plan:
    """Ask the host's tool.

    Raises:
        RigError: It does not say.
    """
    script = f'{tool.command} plan "$@"'
    done = connection.root(["sh", "-c", script, "plan", tool.app, digest, json.dumps(dict(skipped))])
    if done.code:
        raise RigError(last_line(done.stderr), host=host, next_step=f"rig release status --limit {host}")
    return read(done.stdout, host)


def read(text: str, host: str) -> Plan:
    """What a tool prints.

    Raises:
        RigError: It cannot be read.
    """
    try:
        raw = json.loads(text)
        live = raw["live"]
        return Plan(
            str(raw["app"]),
            Version(int(raw["number"]), str(raw["digest"]), None),
            Version(int(live["number"]), str(live["digest"]), None) if live else None,
            tuple(map(str, raw["starts"])),
            tuple(map(str, raw["ends"])),
            tuple(map(_check, raw["checks"])),
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise RigError(
            "what it says of a release cannot be read", host=host, next_step=f"rig drift --limit {host}"
        ) from error


def _check(raw: Mapping[str, Any]) -> Check:
    return Check(str(raw["name"]), str(raw["verdict"]), str(raw["says"]), str(raw["next_step"]))


def text_of(host: str, plan: Plan) -> str:
    """As a person reads it."""
    lines = [
        f"{style(host, 'bold')}  {style(plan.app, 'bold')}",
        f"  release   {short(plan.version)}",
        f"  serves    {short(plan.live)}",
        f"  starts    {', '.join(plan.starts) or 'nothing'}",
        f"  ends      {', '.join(plan.ends) or 'nothing'}",
        "  checks",
    ]
    for one in plan.checks:
        word = f"{one.verdict:<8}"
        colour = COLOURS.get(one.verdict)
        word = style(word, colour) if colour else word
        lines.append(f"    {word} {one.name:<13} {printable(one.says)}")
        if one.verdict == "failed":
            lines.append(f"    {'':<8} {'':<13} next: {printable(one.next_step)}")
    last = "it would begin" if plan.good else "it would be refused, and nothing would change"
    return "\n".join([*lines, f"  {last}"])


def json_of(host: str, plan: Plan) -> str:
    """For programs."""
    version = {"number": plan.version.number, "digest": plan.version.digest}
    live = {"number": plan.live.number, "digest": plan.live.digest} if plan.live else None
    shown = {
        "host": host,
        "app": plan.app,
        "version": version,
        "live": live,
        "starts": list(plan.starts),
        "ends": list(plan.ends),
        "checks": [asdict(one) for one in plan.checks],
        "good": plan.good,
    }
    return json.dumps(shown, indent=2)
