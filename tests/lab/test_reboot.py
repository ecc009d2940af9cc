"""``rig reboot`` of a real host: never by surprise, no request cut off, and verified afterwards.

A container reboots as a machine does, in a few seconds: systemd goes down in order, and a new boot id comes.
"""

from __future__ import annotations

import contextlib
import http.client
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from rigwright import lab
from rigwright.errors import RigError
from rigwright.lab import LabHost
from tests.support.command import ROOT, rig, rig_json
from tests.support.waiting import wait_until
from tests.support.web import Reply, Web, unverified

INVENTORY = """
from deploys.nginx.settings import *
from deploys.rig import Machine, Rig
from rigwright.inventory.load import ssh_host

slow = Upstream(name="slow", servers=[Server(port=9001)])
site = Site(name="slow", domains=["slow.test"], routes=[Proxy(upstream="slow")])
rig = Rig(machine=Machine(os="{0.os}"), nginx=NginxSettings(upstreams=[slow], sites=[site]))
hosts = [
    ssh_host(name, rig, address="{0.address}", user="{0.user}", key="{0.key}", known_hosts="{0.known_hosts}")
    for name in ("one", "two")
]
"""
# It responds when no client can begin a request any more, and later than nginx's own unit waits for requests.
APPLICATION = """
import http.server, pathlib, socket, time

class Slow(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        pathlib.Path("/run/begun").touch()
        while not socket.socket().connect_ex(("127.0.0.1", 443)):
            time.sleep(0.1)
        time.sleep(7)
        self.send_response(200)
        self.send_header("Content-Length", "5")
        self.end_headers()
        self.wfile.write(b"whole")

http.server.HTTPServer(("127.0.0.1", 9001), Slow).serve_forever()
"""
SERVE = """
cat >/run/slow.py && systemd-run --quiet --unit=slow python3 /run/slow.py
until ss -Hltn | grep -q 127.0.0.1:9001; do sleep 0.1; done
"""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """On Debian 13, and on every other system too when every case is to be tried."""
    more = ["debian12", "ubuntu2404", "ubuntu2204"] if metafunc.config.getoption("--exhaustive") else []
    metafunc.parametrize("host", ["debian13", *more], indirect=True, scope="module")


@pytest.fixture(scope="module")
def host(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LabHost]:
    """A host with a web server in its desired state."""
    name = f"t-reboot-{request.param}"
    lab.down(name)
    up = lab.up(name, request.param)
    file = tmp_path_factory.getbasetemp() / "reboot.py"
    file.write_text(INVENTORY.format(up))
    done = rig("apply", file, "--limit", "one")
    assert done.returncode == 0, done.stdout
    yield up
    lab.down(name)


@pytest.fixture
def inventory(host: LabHost, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The host twice, as ``one`` and ``two``."""
    assert host
    return tmp_path_factory.getbasetemp() / "reboot.py"


def boot(host: LabHost) -> str:
    return host.run("cat /proc/sys/kernel/random/boot_id").stdout


def need_a_reboot(host: LabHost) -> None:
    host.run("touch /run/reboot-required && echo linux-image-amd64 >/run/reboot-required.pkgs")


def of_one(inventory: Path, *options: str) -> tuple[int, dict[str, Any]]:
    """The exit code, and the host's part of the report."""
    code, report = rig_json("reboot", inventory, "--limit", "one", *options)
    assert report["exit"] == code
    (one,) = report["hosts"]
    return code, one


def slow_request(host: LabHost, replies: list[Reply]) -> threading.Thread:
    """A request that has begun, and gets its response only when no other one can begin."""

    def ask() -> None:
        with contextlib.suppress(OSError, http.client.HTTPException):
            replies.append(Web(host.address, 443, unverified()).request("slow.test", "/"))

    host.run(SERVE, APPLICATION.encode())
    client = threading.Thread(target=ask)
    client.start()
    wait_until(lambda: host.run("test -e /run/begun", check=False).returncode == 0)
    return client


def test_a_host_that_needs_none_is_left_alone(host: LabHost, inventory: Path) -> None:
    before = boot(host)
    code, one = of_one(inventory, "--yes")
    assert (code, one["reasons"], one["rebooted"], boot(host)) == (0, [], False, before)


def test_without_yes_it_only_shows_why(host: LabHost, inventory: Path) -> None:
    before = boot(host)
    need_a_reboot(host)
    done = rig("reboot", inventory, "--limit", "one")
    assert done.returncode == 2
    assert "required for linux-image-amd64" in done.stdout
    assert "nothing was rebooted: --yes does" in done.stdout
    assert (boot(host), host.run("systemctl is-active nginx").stdout) == (before, "active\n")


def test_whatever_blocks_it_is_shown_and_nothing_is_drained(host: LabHost, inventory: Path) -> None:
    """Another run, a change in the journal, dpkg, and an inhibitor lock of systemd."""
    before = boot(host)
    need_a_reboot(host)
    locks = {
        "rigwright-transaction": "--description='rigwright: apply toy by ada@desk' sleep 300",
        "t-dpkg": 'python3 -c \'import fcntl, time; f = open("/var/lib/dpkg/lock", "w");'
        ' fcntl.lockf(f, fcntl.LOCK_EX); open("/run/locked", "w"); time.sleep(300)\'',
        "t-inhibits": "systemd-inhibit --what=shutdown --who=ada --why='a long copy' sleep 300",
    }
    for unit, command in locks.items():
        host.run(f"systemd-run --quiet --unit={unit} {command}")
    wait_until(lambda: "ada" in host.run("test -e /run/locked && systemd-inhibit --list", check=False).stdout)
    done = rig("reboot", inventory, "--limit", "one", "--yes")
    host.run("systemctl stop rigwright-transaction; mkdir -p /var/lib/rigwright/transactions/toy")
    host.run("echo armed >/var/lib/rigwright/transactions/toy/state")
    again = rig("reboot", inventory, "--limit", "one", "--yes")
    host.run(f"rm -r /var/lib/rigwright/transactions/toy; systemctl stop {' '.join(locks)}", check=False)
    assert (done.returncode, again.returncode) == (1, 1)
    for words in (
        "one: locked by rigwright: apply toy by ada@desk",
        "one: packages are being installed by python3",
        "one: ada inhibits a reboot: a long copy",
    ):
        assert words in done.stdout
    assert "one: a change of toy was interrupted (state: armed)" in again.stdout
    assert (boot(host), host.run("systemctl is-active nginx").stdout) == (before, "active\n")


def test_a_drain_that_is_stopped_starts_again_what_it_ended(host: LabHost, inventory: Path) -> None:
    before = boot(host)
    options = ["--limit=one", "--always", "--yes"]
    command = [sys.executable, "-m", "rigwright", "reboot", str(inventory), *options]
    client = slow_request(host, [])
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as rebooting:
        wait_until(
            lambda: "reboot by" in host.run("systemctl status rigwright-transaction", check=False).stdout
        )
        host.run("until ! ss -Hltn | grep -q :443; do sleep 0.1; done; systemctl stop rigwright-transaction")
        output, _ = rebooting.communicate(timeout=300)
    client.join(timeout=60)
    assert (rebooting.returncode, "it was not rebooted" in output) == (1, True)
    serves = "systemctl -q is-active nginx && ss -Hltn | grep -q :443"
    wait_until(lambda: host.run(serves, check=False).returncode == 0)
    assert boot(host) == before
    host.run("systemctl stop slow; rm /run/begun")


def test_a_reboot_lets_a_slow_request_end_and_finds_all_as_before(host: LabHost, inventory: Path) -> None:
    before = boot(host)
    need_a_reboot(host)
    replies: list[Reply] = []
    client = slow_request(host, replies)
    code, one = of_one(inventory, "--yes")
    client.join(timeout=60)
    assert [(reply.status, reply.body) for reply in replies] == [(200, b"whole")]
    assert (code, one["reasons"], one["findings"]) == (0, ["required for linux-image-amd64"], [])
    assert one["rebooted"]
    assert boot(host) != before


def test_what_fails_in_the_next_boot_is_a_finding(host: LabHost, inventory: Path) -> None:
    unit = "[Service]\nType=oneshot\nExecStart=sh -c 'touch /run/reboot-required; exit 1'\n"
    unit += "[Install]\nWantedBy=multi-user.target\n"
    host.run("cat >/etc/systemd/system/t-fails.service && systemctl enable -q t-fails", unit.encode())
    code, one = of_one(inventory, "--always", "--yes")
    host.run("systemctl disable -q t-fails; rm /etc/systemd/system/t-fails.service /run/reboot-required")
    host.run("systemctl daemon-reload; systemctl reset-failed")
    assert (code, one["rebooted"]) == (2, True)
    assert {found["summary"] for found in one["findings"]} == {
        "t-fails.service: failed",
        "after the reboot: reboot: required",
        "/etc/systemd/system/t-fails.service is not managed by Rigwright (enabled): it runs as root",
    }


def test_a_claim_that_does_not_hold_is_shown_and_tried_once_more(host: LabHost, inventory: Path) -> None:
    key = "/etc/nginx/tls/*/self_signed/privkey.pem"
    host.run(f"chmod 0644 {key}")
    done = rig("reboot", inventory, "--limit", "one", "--always", "--yes")
    host.run(f"chmod 0600 {key}")
    assert done.returncode == 2, done.stdout
    assert "waiting for one to come back\n" in done.stdout
    assert "verifying the services of one\n" in done.stdout
    (again,) = [line for line in done.stdout.splitlines() if "asking again" in line]
    assert again == ("one: 1 not as desired yet (nginx: does not hold: only root reads a key); asking again")


def test_a_host_that_does_not_come_back_ends_the_run(host: LabHost, inventory: Path) -> None:
    """It boots, and its sshd does not: the second host is left alone."""
    before = boot(host)
    host.run("systemctl disable -q ssh.service ssh.socket", check=False)
    done = rig("reboot", inventory, "--always", "--yes", "--timeout", "5")

    def next_boot_has_started() -> bool:
        with contextlib.suppress(RigError):  # between two boots there is no host to query
            return boot(host) != before and "running" in host.run("systemctl is-system-running").stdout
        return False

    wait_until(next_boot_has_started)
    host.run("systemctl enable -q --now ssh.service")
    assert done.returncode == 1
    assert "one: it did not come back in time" in done.stdout
    assert "left alone: two" in done.stdout
