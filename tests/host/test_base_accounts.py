"""Who may log in to any host, and what they may do there, by the programs that decide it."""

from __future__ import annotations

import base64
import hashlib
import re
import shlex
from pathlib import PurePosixPath
from typing import Any

import pytest

from deploys.base.settings import BaseSettings, User


def test_each_user_has_the_shell_and_groups_of_the_inventory(host: Any, base: BaseSettings) -> None:
    for user in base.users:
        found = host.user(user.name)
        assert (found.shell, found.home) == (user.login_shell, user.home or f"/home/{user.name}")
        assert set(found.groups) == {user.name, *user.groups}
        assert found.password[:1] in ("!", "*")
        assert user.uid in (None, found.uid)


def home(user: User) -> str:
    """Where the user's files are."""
    return user.home or f"/home/{user.name}"


def test_sshd_finds_each_users_keys_and_no_others(host: Any, base: BaseSettings) -> None:
    """The keys themselves and their options, in every file where sshd searches, and from nowhere else."""
    for user in base.users:
        shown = host.check_output(f"sshd -T -C user={user.name},host=192.0.2.1,addr=192.0.2.1")
        effective = dict(line.partition(" ")[::2] for line in shown.splitlines())
        assert (effective["authorizedkeyscommand"], effective["trustedusercakeys"]) == ("none", "none")
        files = [
            str(PurePosixPath(home(user)) / one.replace("%h", home(user)).replace("%u", user.name))
            for one in effective["authorizedkeysfile"].split()
        ]
        there = host.run(f"cat {shlex.join(files)}").stdout.splitlines()
        lines = [identity(line) for line in there if line.strip() and not line.startswith("#")]
        assert sorted(lines) == sorted(identity(key) for key in user.authorized_keys), user.name
        listed = host.run(f"cat {shlex.join(files)} | ssh-keygen -lf -").stdout.splitlines()
        assert {line.split()[1] for line in listed} == {fingerprint(key) for key in user.authorized_keys}
        output = host.check_output(f"stat -c '%U %a' {home(user)}/.ssh/authorized_keys")
        assert output == f"{user.name} 600"


KEY = re.compile(r"(?:ssh|ecdsa|sk)-[\w@.-]+ +(AAAA[0-9A-Za-z+/]+=*)")


def identity(line: str) -> str:
    """Options, kind and key, without the comment."""
    found = KEY.search(line)
    return " ".join(line[: found.end()].split()) if found else line


def fingerprint(line: str) -> str:
    """As ssh-keygen prints it (RFC 4648 without padding)."""
    found = KEY.search(line)
    assert found, line
    digest = hashlib.sha256(base64.b64decode(found[1])).digest()
    return f"SHA256:{base64.b64encode(digest).decode().rstrip('=')}"


def test_sudo_allows_each_user_the_commands_of_the_inventory(host: Any, base: BaseSettings) -> None:
    """Exactly these, with their arguments. Rules that require a password give nothing: it is locked."""
    for user in base.users:
        output = host.run(f"LC_ALL=C sudo -n -l -U {user.name}").stdout
        rules = re.findall(r"^ +\(.*?\) NOPASSWD: (.*)$", output, re.MULTILINE)
        allowed = {re.sub(r"\\(.)", r"\1", one) for rule in rules for one in re.split(r"(?<!\\), ", rule)}
        assert allowed == {one if one == "ALL" or " " in one else f'{one} ""' for one in user.sudo}, user.name


def test_sudos_configuration_is_whole(host: Any, base: BaseSettings) -> None:  # noqa: ARG001
    assert host.run("visudo -c").rc == 0


def test_a_former_user_cannot_log_in(host: Any, base: BaseSettings) -> None:
    there = [name for name in base.former_users if host.user(name).exists]
    if not there:
        pytest.skip("none of those who left ever had an account on this host")
    for name in there:
        assert host.user(name).shell == "/usr/sbin/nologin"
        assert host.user(name).password[:1] in ("!", "*")
        assert not host.file(f"{host.user(name).home}/.ssh/authorized_keys").exists


def test_only_accounts_of_the_inventory_can_log_in(host: Any, base: BaseSettings) -> None:
    named = {"root", base.operator, *base.known_users, *(user.name for user in base.users)}
    rows = [line.split(":") for line in host.check_output("getent passwd").splitlines()]
    able = {
        row[0]
        for row in rows
        if (int(row[2]) == 0 or 1000 <= int(row[2]) < 60000) and not row[6].endswith(("nologin", "false"))
    }
    assert able <= named
