"""The base's programs that run without a host."""

from __future__ import annotations

import json
import pwd
import subprocess

from rigwright.desired.program import shell


def logins(*known: str) -> dict[str, str]:
    command = shell("base/programs/logins.sh", *known)
    done = subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=True)
    found: dict[str, str] = json.loads(done.stdout)
    return found


def test_accounts_that_could_log_in_are_listed_unless_they_are_named() -> None:
    could = {
        one.pw_name: f"uid {one.pw_uid}, {one.pw_shell}"
        for one in pwd.getpwall()
        if one.pw_name != "root"
        and (one.pw_uid == 0 or 1000 <= one.pw_uid < 60_000)
        and not one.pw_shell.endswith(("/nologin", "/false"))
    }
    assert logins() == could
    assert logins(*could) == {}
