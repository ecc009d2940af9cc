"""Who can log in to this host and with what, as JSON on standard output. It judges nothing.

Runs under the host's own Python (3.10 and newer) with the standard library only, and changes nothing.
No hash of a password leaves the host: only whether there is one.
"""

from __future__ import annotations

import grp
import json
import os
import pwd
import re
import stat
import subprocess
import sys
import time
from typing import Any

from rigwright.host.access_journal import ENVIRONMENT, Unknown, accepted

LIMIT_SECONDS = 60
SHADOW_FIELDS = 9
LOCKED = "locked"
MAX_BYTES = 1048576
KEY = re.compile(r"(?:^|[ \t])[a-z][a-z0-9@.-]+[ \t]+AAAA[A-Za-z0-9+/]+=*(?:[ \t]|$)")
"""A type and what begins with its length. Nothing else of a file leaves the host: it may link to another."""
DAY_SECONDS = 86400
FIRST_PERSON, LAST_PERSON = 1000, 59999
"""The uids that Debian's policy gives to people."""
ELSEWHERE = {
    "authorizedkeyscommand": "sshd gets keys from a program, which this report cannot list",
    "trustedusercakeys": "sshd trusts keys that an authority signs, which this report cannot list",
}
RULES = re.compile(r"may run the following commands on [^\n]*:\n(.*)", re.DOTALL)


def output(*command: str) -> str:
    """The standard output of a command.

    Raises:
        Unknown: It could not be run, or failed.
    """
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=LIMIT_SECONDS,
            env=ENVIRONMENT,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Unknown(f"{command[0]}: {error}") from error
    if done.returncode:
        errors = done.stderr.decode("utf-8", "replace").strip().splitlines()
        raise Unknown(f"{command[0]}: {errors[-1] if errors else f'exit code {done.returncode}'}")
    return done.stdout.decode("utf-8", "replace")


def shadow() -> dict[str, dict[str, Any]]:
    """Of each account: ``locked``, ``set`` or ``empty``, and whether it has expired."""
    found = {}
    with open("/etc/shadow", encoding="utf-8", errors="replace") as file:
        for line in file:
            name, password, *rest = line.rstrip("\n").split(":")
            state = LOCKED if password[:1] in ("!", "*") else "set" if password else "empty"
            expires = rest[5] if len(rest) == SHADOW_FIELDS - 2 else ""
            expired = expires.isdigit() and int(expires) * DAY_SECONDS <= time.time()
            found[name] = {"password": state, "expired": expired}
    return found


def sshd(user: str) -> dict[str, str]:
    """Sshd's effective configuration for this user."""
    effective = output("sshd", "-T", "-C", f"user={user},host=localhost,addr=127.0.0.1")
    rows = (line.partition(" ") for line in effective.splitlines())
    return {name: value.strip() for name, _, value in rows}


def key_files(about: pwd.struct_passwd, patterns: str) -> list[str]:
    """The files in which sshd searches this user's keys."""
    tokens = {"%%": "%", "%h": about.pw_dir, "%u": about.pw_name, "%U": str(about.pw_uid)}
    paths = [re.sub("%[%huU]", lambda match: tokens[match[0]], word) for word in patterns.split()]
    return [os.path.join(about.pw_dir, path) for path in paths if path != "none"]


def keys(paths: list[str]) -> tuple[list[dict[str, str]], list[str]]:
    """Each line that may be a key, with its file; and what could not be read."""
    found, unread = [], []
    for path in dict.fromkeys(paths):
        try:
            text = content(path)
        except (FileNotFoundError, NotADirectoryError):
            continue
        except OSError as error:
            unread.append(f"{path}: {error.strerror}")
            continue
        rows = (line.strip() for line in text.splitlines())
        found += [{"path": path, "line": row} for row in rows if KEY.search(row) and not row.startswith("#")]
    return found, unread


def content(path: str) -> str:
    """Text of a file that its owner may have replaced with anything, such as a pipe without a writer.

    Raises:
        OSError: It cannot be read, or is no regular file, which sshd does not read either.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise FileNotFoundError(path)
        return os.read(descriptor, MAX_BYTES).decode("utf-8", "replace")
    finally:
        os.close(descriptor)


def sudo(user: str) -> list[str]:
    """The rules by which sudo lets this user run something, as sudo prints them."""
    match = RULES.search(output("sudo", "-n", "-l", "-U", user))
    lines = match[1].splitlines() if match else []
    joined: list[str] = []
    for line in lines:
        if line.startswith("        ") and joined:  # a rule that continues
            joined[-1] += f" {line.strip()}"
        elif line.startswith("    "):
            joined.append(line.strip())
    return joined


def account(about: pwd.struct_passwd, secret: dict[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """How this account can log in, and why something of it is unknown."""
    found: dict[str, Any] = {
        "name": about.pw_name,
        "uid": about.pw_uid,
        "shell": about.pw_shell,
        "groups": sorted(one.gr_name for one in grp.getgrall() if about.pw_name in one.gr_mem),
        "password": LOCKED,
        "expired": False,
        **secret,
    }
    try:
        effective = sshd(about.pw_name)
    except Unknown as error:
        return {**found, "keys": []}, [str(error)]
    found["keys"], unknown = keys(key_files(about, effective.get("authorizedkeysfile", "none")))
    for name, what in ELSEWHERE.items():
        if effective.get(name, "none") != "none":
            unknown.append(f"{what}: {effective[name]}")
    return found, unknown


def can_log_in(found: dict[str, Any]) -> bool:
    """Whether this account can log in, or is one of a person."""
    person = found["uid"] == 0 or FIRST_PERSON <= found["uid"] <= LAST_PERSON
    shell = not found["shell"].endswith(("/nologin", "/false"))
    return bool(found["keys"] or found["password"] != LOCKED or (person and shell))


def report() -> dict[str, Any]:
    """Every account that can log in."""
    unknown: list[str] = []
    accounts = []
    secrets = shadow()
    for about in pwd.getpwall():
        found, why = account(about, secrets.get(about.pw_name, {}))
        unknown += why
        if not can_log_in(found):
            continue
        try:
            found["sudo"] = sudo(about.pw_name)
        except Unknown as error:
            found["sudo"] = []
            unknown.append(str(error))
        accounts.append(found)
    try:
        logins = accepted()
    except Unknown as error:
        logins = {"since": None, "users": {}, "keys": {}}
        unknown.append(str(error))
    return {
        "now": time.time(),
        "accounts": accounts,
        "logins": logins,
        "unknown": sorted(set(unknown)),
    }


if __name__ == "__main__":
    json.dump(report(), sys.stdout)
