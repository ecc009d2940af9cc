"""Whether an instance takes requests: what its ready path returns, and what a release makes of that."""

from __future__ import annotations

import http.client
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

SECONDS = 5
GOOD, NOT_YET, WRONG = "good", "not yet", "wrong version"
OK = 200


@dataclass(frozen=True)
class Reply:
    """What came back: the verdict, and why in words."""

    verdict: str
    why: str


def judged(status: int, body: bytes, field: str, release: str) -> Reply:
    """A response as the gate sees it. Pure."""
    if status != OK:
        return Reply(NOT_YET, f"it returns {status}")
    try:
        value: Any = json.loads(body)
        for key in field.split("."):
            value = value[key]
    except (ValueError, KeyError, TypeError, IndexError):
        return Reply(WRONG, f"its ready response names no release: there is no JSON with {field}")
    if value != release:
        return Reply(WRONG, f"its ready response names {str(value)[:40]!r}, and {release!r} was started")
    return Reply(GOOD, "it is ready")


def asked(port: int, path: str, field: str, release: str) -> Reply:
    """What is behind a port of this host, asked once."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=SECONDS)
    try:
        connection.request("GET", path, headers={"Host": "localhost", "Connection": "close"})
        response = connection.getresponse()
        return judged(response.status, response.read(65_536), field, release)
    except (OSError, http.client.HTTPException) as error:
        return Reply(NOT_YET, f"it does not respond: {error!r}")
    finally:
        connection.close()


@dataclass(frozen=True)
class Seen:
    """Responses of one instance so far.

    Attributes:
        good: Good ones in a row.
        wrong: In a row, of another version.
        why: The last one in words.
    """

    good: int = 0
    wrong: int = 0
    why: str = "it was not asked"


def after(seen: Seen, reply: Reply) -> Seen:
    """With one more response."""
    return Seen(
        seen.good + 1 if reply.verdict == GOOD else 0,
        seen.wrong + 1 if reply.verdict == WRONG else 0,
        reply.why,
    )


def opened(seen: Seen, gate: Mapping[str, Any]) -> bool | None:
    """True: it takes requests. False: it never will. None: ask again."""
    if seen.good >= gate["responses"]:
        return True
    return False if seen.wrong >= gate["responses"] else None
