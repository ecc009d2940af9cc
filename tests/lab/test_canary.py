"""A secret is searched for in everything that comes out of a run, and everywhere on the host."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from typing_extensions import Self

from rigwright import lab
from rigwright.lab import LabHost
from tests.support.command import pyinfra, rig

INVENTORY = """
from pathlib import Path
from deploys.nginx.certificates import FromFiles
from deploys.nginx.settings import FixedResponse, NginxSettings, Site
from deploys.rig import Machine, Rig
from rigwright.inventory.load import group, ssh_host
from rigwright.secrets import Secret

key = Secret("tls_key", Path("{folder}/key.pem").read_text())
files = FromFiles(certificate=Path("{folder}/cert.pem").read_text(), key=key)
_routes = [FixedResponse(body="hello")]
site = Site(name="app", domains=["app.rig.test"], routes=_routes, certificate=files{more})
nginx = NginxSettings(sites=[site])
hosts = group(
    [ssh_host("canary", Rig(machine=Machine(os="debian13"), nginx=nginx), address="{host.address}",
              user="{host.user}", key="{host.key}", known_hosts="{host.known_hosts}")],
    otherwise="add a host",
)
"""


def make_key(folder: Path) -> str:
    """Write a key and its certificate; returns the canary, a line of the key."""
    command = "openssl req -x509 -newkey rsa:2048 -nodes -days 30 -subj /CN=app.rig.test -addext"
    subprocess.run(
        [
            *command.split(),
            "subjectAltName=DNS:app.rig.test",
            "-keyout",
            folder / "key.pem",
            "-out",
            folder / "cert.pem",
        ],
        check=True,
        capture_output=True,
    )
    return (folder / "key.pem").read_text().splitlines()[5]


@pytest.fixture(scope="module")
def host() -> Iterator[LabHost]:
    up = lab.up("canary", "debian13")
    yield up
    lab.down("canary")


class Processes:
    """Every command line that the host ran meanwhile, seen by an ordinary user."""

    def __init__(self, host: LabHost) -> None:
        self._host, self._stop, self.seen = host, threading.Event(), ""
        self._thread = threading.Thread(target=self._watch)

    def _watch(self) -> None:
        read = "cat /proc/[0-9]*/cmdline /proc/[0-9]*/environ 2>/dev/null | tr '\\0' ' '"
        script = f"for i in $(seq 40); do {read}; done"
        while not self._stop.is_set():
            self.seen += self._host.run(script, user=self._host.user, check=False).stdout

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()


def where(host: LabHost, canary: str) -> list[str]:
    """Files of the host that hold the canary. It goes in as input: this, too, is a process."""
    return host.run(
        "grep -rlsF -f - /etc /var /run /tmp /root /home /usr/local || :", canary.encode()
    ).stdout.split()


def test_a_secret_is_nowhere_but_in_its_file(host: LabHost, tmp_path: Path) -> None:
    canary = make_key(tmp_path)
    path = tmp_path / "inventory.py"
    path.write_text(INVENTORY.format(folder=tmp_path, host=host, more=""))
    wrong = tmp_path / "wrong.py"
    wrong.write_text(INVENTORY.format(folder=tmp_path, host=host, more=", hsts_max_age=1"))
    outputs = {}
    with Processes(host) as processes:
        for words in (["plan"], ["plan", "--json"], ["apply"]):
            outputs[f"rig {words}"] = rig(words[0], path, *words[1:])
        assert outputs["rig ['apply']"].returncode == 0, outputs["rig ['apply']"].stdout
        (key_file,) = where(host, canary)
        host.run(f"echo changed >>{key_file}")
        for words in (["drift"], ["drift", "--json"], ["plan"]):
            outputs[f"rig {words} changed"] = rig(words[0], path, *words[1:])
        page = tmp_path / "drift.html"
        outputs["page"] = rig("drift", path, "--html", page)
        for flags in (
            ["--dry", "--diff"],
            ["--dry", "--json"],
            ["-y", "-vvv", "--debug", "--diff"],
            ["-y", "--json"],
        ):
            outputs[f"pyinfra {flags}"] = pyinfra(path, *flags)
        outputs["verify"] = rig("verify", path, "--json")
        outputs["wrong"] = rig("apply", wrong)
        outputs["wrong, plain"] = pyinfra(wrong, "-y")
    assert outputs["rig ['drift'] changed"].returncode == 2
    assert f"{key_file} differs (secret)" in outputs["rig ['drift'] changed"].stdout
    assert f"{key_file} differs (secret)" in page.read_text()
    assert canary not in page.read_text()
    for name, done in outputs.items():
        assert canary not in done.stdout, name
    assert "hsts_max_age" in outputs["wrong"].stdout
    assert "systemd-run" in processes.seen, "the watcher saw the transaction"
    assert canary not in processes.seen
    found = where(host, canary)
    saved = [name for name in found if name.startswith("/var/lib/rigwright/saved/")]
    assert set(found) == {key_file, *saved}, "the changed key was kept, for root alone"
    mode, owner = host.run(f"stat -c '%a %U' {key_file}").stdout.split()
    assert (mode[-1], owner) == ("0", "root")
    assert host.run(f"cat {key_file}", user=host.user, check=False).returncode != 0
    for name in saved:
        assert host.run(f"cat {name}", user=host.user, check=False).returncode != 0
    assert canary not in host.run("journalctl --no-pager").stdout
    served = host.run(
        "openssl s_client -connect 127.0.0.1:443 -servername app.rig.test </dev/null 2>/dev/null"
    ).stdout
    assert (tmp_path / "cert.pem").read_text().splitlines()[3] in served, "the secret arrived intact"
