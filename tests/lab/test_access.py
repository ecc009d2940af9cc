"""``rig access`` of a real host: who can log in, with what, and what of it is not declared."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest

from rigwright import lab
from rigwright.dev.bench.sessions import Counter, talk
from rigwright.lab import LabHost
from rigwright.settings.platform import Os
from tests.support.command import rig

INVENTORY = """
from deploys.base.settings import BaseSettings, User
from deploys.rig import Machine, Rig
from rigwright.inventory.load import ssh_host

_users = [
    User(name="alice", authorized_keys=["{alice}"], sudo=["/usr/bin/id", "/usr/bin/env A=b,c:d"]),
    User(name="bob", authorized_keys=["{alice}"], sudo=["ALL"]),
]
_base = BaseSettings(operator="{user}", users=_users, known_users=["app"])
hosts = [
    ssh_host("{name}", Rig(machine=Machine(os="{os}"), base=_base), address="{address}", port={port},
             user="{user}", key="{private}", known_hosts="{known_hosts}")
]
"""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """On Debian 13, or on what ``--os`` names."""
    if "host" in metafunc.fixturenames:
        systems = metafunc.config.getoption("--os") or ["debian13"]
        metafunc.parametrize("host", systems, indirect=True, scope="module")


@pytest.fixture(scope="module")
def key(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("key") / "alice"
    subprocess.run(
        ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "alice@x", "-f", str(path)], check=True
    )
    return path


@pytest.fixture(scope="module")
def host(request: pytest.FixtureRequest) -> Iterator[LabHost]:
    lab.down("h-access")
    yield lab.up("h-access", cast("Os", request.param))
    lab.down("h-access")


@pytest.fixture(scope="module")
def inventory(host: LabHost, key: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The host with two users of its own."""
    path = tmp_path_factory.mktemp("inventory") / "access.py"
    path.write_text(
        INVENTORY.format(
            alice=key.with_suffix(".pub").read_text().strip(), user=host.user, name=host.name, os=host.os,
            address=host.address, port=host.port, private=host.key, known_hosts=host.known_hosts,
        )
    )  # fmt: skip
    done = rig("apply", path)
    assert done.returncode == 0, done.stdout
    return path


def access(inventory: Path, code: int) -> dict[str, Any]:
    """The host's part of the report, with this exit code."""
    done = rig("access", inventory, "--json")
    assert done.returncode == code, done.stdout
    report: dict[str, Any] = json.loads(done.stdout[done.stdout.index("{") :])
    assert report["exit"] == code
    (one,) = report["hosts"]
    return cast("dict[str, Any]", one)


def found(one: dict[str, Any]) -> set[tuple[str, str]]:
    return {(finding["kind"], finding["where"]) for finding in one["findings"]}


def able(one: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {account["name"]: account for account in one["accounts"] if account["able"]}


def test_a_host_with_declared_people_only_exits_with_0(host: LabHost, inventory: Path) -> None:
    one = access(inventory, 0)
    assert one["unknown"] == []
    people = able(one)
    assert set(people) == {host.user, "alice", "bob"}
    rules = [rule.replace('\\"', '"') for rule in people["alice"]["sudo"]]  # Ubuntu 22.04 escapes them
    assert rules == [
        '(ALL : ALL) NOPASSWD: /usr/bin/id ""',
        "(ALL : ALL) NOPASSWD: /usr/bin/env A\\=b\\,c\\:d",
    ]
    assert (people["alice"]["password"], people["alice"]["login"]) == ("locked", None)
    assert people[host.user]["login"]
    (key,) = people[host.user]["keys"]
    assert key["used"]
    assert "all declared" in rig("access", inventory).stdout


def test_it_takes_one_command(host: LabHost, inventory: Path) -> None:
    talk(host)
    with Counter(host) as counter:
        access(inventory, 0)
    assert (counter.logins, counter.commands) == (1, 1)


def test_no_hash_of_a_password_leaves_the_host(host: LabHost, inventory: Path) -> None:
    host.run("useradd --create-home --shell /bin/bash app && echo app:secret | chpasswd")
    digest = host.run("getent shadow app | cut -d: -f2").stdout.strip()
    assert len(digest) > 20
    done = rig("access", inventory, "--json")
    assert digest not in done.stdout
    app = able(access(inventory, 0))["app"]
    assert (app["password"], app["keys"]) == ("set", [])  # Rigwright does not manage that account


def test_the_last_login_and_the_last_use_of_a_key_are_shown(
    host: LabHost, inventory: Path, key: Path
) -> None:
    options = ("IdentitiesOnly=yes", "BatchMode=yes", f"UserKnownHostsFile={host.known_hosts}")
    words = [word for option in options for word in ("-o", option)]
    reached = ["-p", str(host.port), "-i", str(key), f"alice@{host.address}"]
    subprocess.run(["ssh", "-F", "none", *words, *reached, "true"], check=True, capture_output=True)
    alice = able(access(inventory, 0))["alice"]
    assert alice["login"]
    assert [one["used"] for one in alice["keys"]] == [alice["login"]]
    listed = subprocess.run(["ssh-keygen", "-lf", str(key)], capture_output=True, text=True, check=True)
    assert alice["keys"][0]["fingerprint"] == listed.stdout.split()[1]
    bob = able(access(inventory, 0))["bob"]
    assert [one["used"] for one in bob["keys"]] == [None]  # the same key, of another account


REVIEWED = "/var/lib/rigwright/access-reviewed"
TEXTFILES = "/var/lib/prometheus/node-exporter"


def exposed_review(host: LabHost) -> int:
    """When the last review was, by the host's metrics."""
    host.run(f"mkdir -p {TEXTFILES}; systemctl start rigwright-metrics")
    (line,) = host.run(f"grep ^rigwright_access_reviewed {TEXTFILES}/rigwright_host.prom").stdout.splitlines()
    return int(line.split()[1])


def test_a_review_is_recorded_on_the_host_and_exposed_as_a_metric(host: LabHost, inventory: Path) -> None:
    assert exposed_review(host) == 0
    done = rig("access", inventory, "--reviewed")
    assert (done.returncode, "review recorded on 1 host" in done.stdout) == (0, True), done.stdout
    at, by = host.run(f"cat {REVIEWED}").stdout.split()
    assert abs(int(host.run("date +%s").stdout) - int(at)) < 60
    assert "@" in by
    assert host.run(f"stat -c %a:%U {REVIEWED}").stdout == "600:root\n"
    assert exposed_review(host) == int(at)
    assert REVIEWED not in rig("drift", inventory).stdout


def test_every_account_key_password_and_rule_that_is_not_declared_is_a_finding(
    host: LabHost, inventory: Path, tmp_path: Path
) -> None:
    path = tmp_path / "evil"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "evil", "-f", str(path)], check=True)
    line = path.with_suffix(".pub").read_text().strip()
    listed = subprocess.run(["ssh-keygen", "-lf", str(path)], capture_output=True, text=True, check=True)
    fingerprint = listed.stdout.split()[1]
    host.run(
        # The second file is one that sshd reads by its own default.
        f"echo 'from=\"10.0.0.0/8\" {line}' >/home/alice/.ssh/authorized_keys2\n"
        f"mkdir -p /root/.ssh && echo '{line}' >>/root/.ssh/authorized_keys\n"
        f"mkdir -p /var/lib/games/.ssh && echo '{line}' >/var/lib/games/.ssh/authorized_keys\n"
        "usermod --home /var/lib/games games\n"
        "useradd --create-home mallory && echo mallory:secret | chpasswd\n"
        "usermod --append --groups sudo alice\n"
        "echo bob:guess-me | chpasswd\n"
    )
    one = access(inventory, 2)
    assert found(one) == {
        ("access.key", f"alice {fingerprint}"),
        ("access.sudo", "alice ALL"),
        ("access.password", "bob"),
        ("access.key", f"root {fingerprint}"),
        ("access.account", "games"),
        ("access.account", "mallory"),
    }
    (extra,) = (one for one in able(one)["alice"]["keys"] if one["comment"] == "evil")
    assert (extra["path"], extra["options"]) == ("/home/alice/.ssh/authorized_keys2", 'from="10.0.0.0/8"')
    host.run(f"rm {REVIEWED}")
    shown = rig("access", inventory, "--reviewed")
    assert shown.returncode == 2
    assert host.run(f"ls {REVIEWED}", check=False).returncode != 0, "nothing to be content with"
    assert "6 things not declared" in shown.stdout


def test_keys_that_cannot_be_listed_make_the_state_unknown(host: LabHost, inventory: Path) -> None:
    host.run(
        "printf 'AuthorizedKeysCommand /usr/bin/true\\nAuthorizedKeysCommandUser nobody\\n'"
        " >/etc/ssh/sshd_config.d/elsewhere.conf"
    )
    try:
        one = access(inventory, 1)
        assert one["known"] is True
        (reason,) = one["unknown"]
        assert reason.endswith(": /usr/bin/true")
    finally:
        host.run("rm /etc/ssh/sshd_config.d/elsewhere.conf")
