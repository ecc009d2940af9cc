"""A host whose base follows settings, logins to it from outside, and a mail server on it."""

from __future__ import annotations

import json
import shlex
import subprocess
from pathlib import Path
from typing import Any

from deploys.base.settings import BaseSettings, Relay
from deploys.base.state import desired
from rigwright.desired import Desired
from rigwright.lab.recipe import OPERATOR
from rigwright.remote.ssh import Done
from rigwright.secrets.value import Secret
from rigwright.settings.platform import Platform
from tests.support.authority import Authority
from tests.support.command import ROOT
from tests.support.target import Target
from tests.support.waiting import wait_until

PASSWORD = "correct-horse-battery"  # noqa: S105  of no account
PORT = 2587
SSH_REFUSED = 255
NO_PENALTIES = """
sshd -T | grep -qi persourcepenalties || exit 0
echo PerSourcePenalties no >/etc/ssh/sshd_config.d/tests.conf && systemctl reload ssh
"""
"""Newer versions refuse addresses that tried wrong keys for a while, as the tests do."""


class BaseTarget(Target):
    """A lab host whose base follows settings."""

    def wanted(self, **settings: Any) -> Desired:
        """What the host should be."""
        return desired(BaseSettings(operator=OPERATOR, **settings), Platform(self.host.os))

    def change(self, **settings: Any) -> Done:
        """Apply settings."""
        return self.apply(self.wanted(**settings))


def public(key: Path) -> str:
    return key.with_suffix(".pub").read_text().strip()


def login(target: BaseTarget, user: str, key: Path, command: str) -> subprocess.CompletedProcess[str]:
    """Log in from outside with this key only, and run a command."""
    options = {
        "IdentitiesOnly": "yes",
        "BatchMode": "yes",
        "StrictHostKeyChecking": "yes",
        "UserKnownHostsFile": str(target.host.known_hosts),
        "LogLevel": "ERROR",
    }
    words = [word for name, value in options.items() for word in ("-o", f"{name}={value}")]
    reached = ["-p", str(target.host.port), "-i", str(key), f"{user}@{target.host.address}"]
    return subprocess.run(
        ["ssh", "-F", "none", *words, *reached, command],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )


def relay(ca_bundle: str = "/etc/ssl/rig-test.pem") -> Relay:
    return Relay(
        host="mail.rig.test",
        port=PORT,
        user="studio@rig.test",
        password=Secret("mail_password", PASSWORD),
        sender="studio@rig.test",
        administrator="operator@rig.test",
        ca_bundle=ca_bundle,
    )


def install_mail_server(target: BaseTarget) -> None:
    """The files of a mail server on the host, and its name and authority."""
    authority = Authority()
    issued = authority.issue("mail.rig.test")
    script = (ROOT / "tests" / "support" / "submission.py").read_text()
    files = {
        "/etc/ssl/rig-test.pem": authority.certificate,
        "/etc/ssl/other.pem": Authority().certificate,
        "/root/mail.pem": issued.certificate,
        "/root/mail.key": issued.key,
        "/root/submission.py": script,
    }
    for path, text in files.items():
        target.sh(f"printf %s {shlex.quote(text)} >{path}")
    target.sh("echo 127.0.0.1 mail.rig.test >>/etc/hosts")


def serve(target: BaseTarget, *more: str) -> None:
    """Start the mail server with an empty record."""
    target.sh("systemctl stop rig-mail; rm -f /root/record", check=False)
    command = f"/root/submission.py {PORT} /root/mail.pem /root/mail.key /root/record {' '.join(more)}"
    target.sh(f"systemd-run -q --collect --unit rig-mail python3 {command}")
    wait_until(lambda: str(PORT) in target.sh("ss -Hltn"))


def send(target: BaseTarget) -> tuple[str, list[dict[str, Any]]]:
    """Send a mail to root as root's programs do: the exit code, and what the server received."""
    mail = "Subject: It works\\n\\nHello"
    code = target.sh(f"printf '{mail}\\n' | sendmail root >/dev/null 2>&1; echo $?")
    wait_until(lambda: target.sh("test -s /root/record && echo yes || :") == "yes")
    record = target.sh("cat /root/record")
    return code, [json.loads(line) for line in record.splitlines()]


def mailing(target: BaseTarget, **changed: str) -> Done:
    return target.change(mail=relay(**changed), known_users=["alice", "bob", "watcher"])
