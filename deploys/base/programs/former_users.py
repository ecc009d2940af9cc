"""Users that may not log in any more: ``former_users.py show NAME...`` or ``former_users.py set NAME...``.

``show`` prints {NAME: "shut out"}, or in place of it what the user still has. ``set`` locks and expires each
account, leaves it no groups and no shell, puts its keys aside, and ends its sessions; its files stay.
"""

from __future__ import annotations

import json
import os
import pwd
import subprocess
import sys

NO_SHELL = "/usr/sbin/nologin"


def account(name: str) -> pwd.struct_passwd | None:
    """The account; None where there is none of that name."""
    try:
        return pwd.getpwnam(name)
    except KeyError:
        return None


def keys_of(user: pwd.struct_passwd) -> str:
    """Where the keys that log in stand."""
    return user.pw_dir + "/.ssh/authorized_keys"


def left(user: pwd.struct_passwd, row: list[str]) -> list[str]:
    """What the user still has, by its line of ``/etc/shadow``."""
    has = {
        "the password": not row[1].startswith(("!", "*")),
        "the account": row[7] != "1",
        "the shell": user.pw_shell != NO_SHELL,
        "keys": os.path.lexists(keys_of(user)),
    }
    return [what for what, there in has.items() if there]


def show(names: list[str]) -> None:
    """Print what each user still has."""
    with open("/etc/shadow") as shadow:
        rows = {line.split(":")[0]: line.split(":") for line in shadow}
    found = {}
    for name in names:
        user = account(name)
        still = left(user, rows[name]) if user else []
        found[name] = "has " + ", ".join(still) if still else "shut out"
    print(json.dumps(found))


def shut_out(user: pwd.struct_passwd) -> None:
    """Take away everything that logs in."""
    lock = ("usermod", "--lock", "--expiredate", "1", "--shell", NO_SHELL, "--groups", "", user.pw_name)
    if code := subprocess.run(lock, check=False).returncode:
        sys.exit(code)
    keys = keys_of(user)
    if os.path.lexists(keys):
        os.replace(keys, keys + ".former")
    # It fails where the user has no session.
    subprocess.run(("loginctl", "terminate-user", user.pw_name), stderr=subprocess.DEVNULL, check=False)


action, *arguments = sys.argv[1:]
if action == "show":
    show(arguments)
else:
    for user in filter(None, map(account, arguments)):
        shut_out(user)
