"""What keeps accounts out that others manage: ``shut_out.py NAME...``.

Prints {NAME: "no" | why}, and for ``all but root`` whether a nologin file keeps everybody else out. An
account that does not exist is none that is kept out. It changes nothing.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import sys
import time

DAY_SECONDS = 86400
NO_LIMIT_DAYS = 10000
"""A password that lasts longer ends after all who need it; Debian's default is 99999 days (login.defs(5))."""
STARTING_SECONDS = 900
"""systemd keeps users out with /run/nologin while a host starts and stops."""
LAST_CHANGE, MOST_DAYS, EXPIRES = 2, 4, 7
"""Fields of shadow(5), which count in days since 1970."""


def day(number: int) -> str:
    """A day as ISO 8601 has it."""
    return (dt.date(1970, 1, 1) + dt.timedelta(days=min(number, 1_000_000))).isoformat()


def why(row: list[str], today: int) -> str:
    """Why an account with this line of shadow(5) is kept out, and what ends that; ``no`` where it is not."""
    name = row[0]
    changed, most, expires = (
        int(row[field]) if len(row) > field and row[field].isdigit() else None
        for field in (LAST_CHANGE, MOST_DAYS, EXPIRES)
    )
    if expires is not None and expires <= today:
        return f"its account expired on {day(expires)}: chage -E -1 {name}"
    if changed == 0:
        return f"it must change its password before anything else: chage -d {day(today)} {name}"
    if changed is None or most is None or most >= NO_LIMIT_DAYS:
        return "no"
    last = changed + most
    if last < today:
        return f"its password expired on {day(last)}: chage -M -1 {name}"
    if row[1].startswith(("!", "*")):
        return f"from {day(last + 1)} on, because its locked password expires: chage -M -1 {name}"
    return "no"


def closed() -> str:
    """Which file keeps everybody but root out; ``no`` without one."""
    if os.path.exists("/etc/nologin"):
        return "by /etc/nologin: remove it"
    try:
        since = os.stat("/run/nologin").st_mtime
    except OSError:
        return "no"
    return "by /run/nologin: remove it" if time.time() - since > STARTING_SECONDS else "no"


def main(names: list[str]) -> None:
    """Print it."""
    with open("/etc/shadow", encoding="utf-8", errors="replace") as shadow:
        rows = {row[0]: row for row in (line.rstrip("\n").split(":") for line in shadow)}
    today = int(time.time() // DAY_SECONDS)
    found = {name: why(rows[name], today) if name in rows else "no" for name in names}
    print(json.dumps({**found, "all but root": closed()}))


if __name__ == "__main__":
    main(sys.argv[1:])
