"""Accounts of users: ``users.py show NAME...`` or ``users.py set JSON``.

``show`` prints, for each user that exists, NAME.uid, .home, .shell, .groups, .expires, .password and .ageing
as one JSON object. ``set`` takes a list of objects with name, home, shell, groups and uid (null: the next
free one), makes what is missing, and locks the passwords, which then do not age. It ends at the first error,
with exit code 1 and a message: neither a home nor a uid is ever changed.
"""

from __future__ import annotations

import grp
import json
import os
import pwd
import subprocess
import sys
import time
from typing import Any

DAY_SECONDS = 86400
NO_LIMIT_DAYS = 10000
"""A longer age never comes; Debian's default is 99999 days (login.defs(5))."""


def show(names: list[str]) -> None:
    """Print what the users have."""
    with open("/etc/shadow") as shadow:
        rows = {line.split(":")[0]: line.split(":") for line in shadow}
    groups = grp.getgrall()
    found: dict[str, object] = {}
    for name in names:
        try:
            user = pwd.getpwnam(name)
        except KeyError:
            continue
        more = sorted(one.gr_name for one in groups if name in one.gr_mem and one.gr_gid != user.pw_gid)
        row = rows.get(name, [""] * 9)
        password, expires = row[1], row[7]
        found[name + ".uid"] = user.pw_uid
        found[name + ".home"] = user.pw_dir
        found[name + ".shell"] = user.pw_shell
        found[name + ".groups"] = " ".join(more)
        found[name + ".expires"] = expires or "never"
        found[name + ".password"] = "locked" if password[:1] in ("!", "*") else "set" if password else "empty"
        found[name + ".ageing"] = ageing(row)
    print(json.dumps(found))


def ageing(row: list[str]) -> str:
    """What the age of a password does by its line of shadow(5): a locked one cannot be changed."""
    if row[2] == "0":
        return "must be changed at the next login"
    return f"expires after {row[4]} days" if row[4].isdigit() and int(row[4]) < NO_LIMIT_DAYS else "none"


def run(*command: str) -> None:
    """Run a command; its failure is the program's."""
    if code := subprocess.run(command, check=False).returncode:
        sys.exit(code)


def group(name: str, *options: str) -> None:
    """Make a group that does not exist."""
    try:
        grp.getgrnam(name)
    except KeyError:
        run("groupadd", *options, name)


def owned_by_another(name: str, home: str, uid: int | None) -> None:
    """End where a home that exists is of another uid: sshd would refuse every key in it."""
    try:
        owner = os.stat(home).st_uid
    except OSError:
        return
    if owner not in (0, uid):
        sys.exit(f"the home {home} of {name} is of the uid {owner}: set uid={owner}, or chown it by hand")


def account(wanted: dict[str, Any]) -> None:
    """Make or change one user."""
    name, home, shell, uid = (wanted[key] for key in ("name", "home", "shell", "uid"))
    if not os.access(shell, os.X_OK):
        sys.exit(f"the shell {shell} of {name} is not installed")
    for one in wanted["groups"]:
        group(one, "--system")
    group(name)
    try:
        pwd.getpwnam(name)
    except KeyError:
        number = () if uid is None else ("--uid", str(uid))
        owned_by_another(name, home, uid)
        run("useradd", "--create-home", "--home-dir", home, "--gid", name, "--shell", shell, *number, name)
    found = pwd.getpwnam(name)
    if found.pw_dir != home:
        sys.exit(f"{name} has another home than {home}: move it by hand")
    if uid is not None and found.pw_uid != uid:
        sys.exit(f"{name} has another uid than {uid}: files would change hands, so a person must do it")
    run("usermod", "--shell", shell, "--groups", ",".join(wanted["groups"]), name)
    run("usermod", "--lock", "--expiredate", "", name)
    # useradd takes the age from login.defs, and a provider's image has passwords that must be changed.
    today = str(int(time.time() // DAY_SECONDS))
    run("chage", "--maxdays", "-1", "--inactive", "-1", "--lastday", today, name)


if __name__ == "__main__":
    action, *arguments = sys.argv[1:]
    if action == "show":
        show(arguments)
    else:
        for one in json.loads(arguments[0]):
            account(one)
