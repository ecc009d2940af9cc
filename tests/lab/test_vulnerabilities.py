"""debsecan itself, with a list of this test's own, exposes the vulnerabilities of the host's packages."""

from __future__ import annotations

import zlib
from collections.abc import Iterator

import pytest

from deploys.base.settings import BaseSettings, VulnerabilityScan
from deploys.rig import Machine, Rig
from rigwright import lab
from rigwright.desired import Desired
from rigwright.lab.recipe import OPERATOR
from rigwright.settings.platform import Os
from tests.support.target import Target
from tests.support.waiting import wait_until

FOLDER = "/var/lib/prometheus/node-exporter"
METRICS = f"{FOLDER}/rigwright_vulnerabilities.prom"
SERVICE = "rigwright-vulnerabilities"
SUITES: dict[Os, str] = {"debian13": "trixie", "debian12": "bookworm"}
# Names, then what they are about: package, number of the name, kind with urgency, reach and fix, version.
LIST = """\
VERSION 1
CVE-2026-0001,,urgent and fixed
CVE-2026-0002,,not yet triaged
CVE-2026-0003,,fixed long ago
CVE-2026-0004,,of a package that is not here

bash,0,SHRF,99:1,
dash,0,SHRF,99:1,
coreutils,1,S ? ,,
bash,2,SHRF,0.1,
no-such-package,3,SHRF,99:1,

bash,bash
dash,dash
coreutils,coreutils

"""


class Scanned(Target):
    """A host with a base, and a mirror of the list on its own loopback."""

    @property
    def wanted(self) -> Desired:
        """The desired state of the base on it."""
        scan = VulnerabilityScan(source="http://127.0.0.1:8099/list/")
        base = BaseSettings(operator=OPERATOR, vulnerabilities=scan)
        found = Rig(machine=Machine(os=self.host.os), base=base).of("base")
        assert found
        return found

    def publish(self, content: bytes) -> None:
        """Let the mirror have this."""
        self.host.run(f"mkdir -p /srv/list && cat >/srv/list/{SUITES[self.host.os]}", content)

    def scan(self) -> str:
        """What comes of a scan, by systemd."""
        self.sh(f"systemctl stop {SERVICE}; systemctl start {SERVICE}", check=False)
        return self.sh(f"systemctl show -p Result --value {SERVICE}")

    def exposed(self) -> list[str]:
        """The lines of the metrics that are not 0."""
        lines = self.sh(f"cat {METRICS}").splitlines()
        return [line for line in lines if line.startswith("rigwright_vulnerabilities{") and line[-2:] != " 0"]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """On both releases of Debian, or on what ``--os`` names."""
    wanted = metafunc.config.getoption("--os") or list(SUITES)
    metafunc.parametrize("host", [one for one in wanted if one in SUITES], indirect=True, scope="module")


@pytest.fixture(scope="module")
def host(request: pytest.FixtureRequest) -> Iterator[Scanned]:
    name = f"b-scan-{request.param}"
    lab.down(name)
    target = Scanned(lab.up(name, request.param))
    target.sh(f"mkdir -p {FOLDER}")
    target.publish(zlib.compress(LIST.encode()))
    target.sh("systemd-run -q --unit=mirror python3 -m http.server --bind 127.0.0.1 --directory /srv 8099")
    target.install(target.wanted)
    done = target.apply(target.wanted)
    assert done.code == 0, done.stdout
    wait_until(lambda: target.sh("ss -Hltn | grep -c 127.0.0.1:8099 || :") != "0")
    yield target
    lab.down(name)


def test_each_vulnerability_of_an_installed_package_is_counted_once(host: Scanned) -> None:
    assert host.scan() == "success"
    assert host.exposed() == [
        'rigwright_vulnerabilities{urgency="unrated",fix="none"} 1',
        'rigwright_vulnerabilities{urgency="high",fix="available"} 1',
    ]
    age = int(host.sh("date +%s")) - int(
        host.sh(f"sed -n 's/^rigwright_vulnerabilities_timestamp_seconds //p' {METRICS}")
    )
    assert 0 <= age < 60
    assert host.sh(f"stat -c '%U %a' {METRICS}") == "root 644"


def test_the_timer_is_on_and_the_service_has_few_rights(host: Scanned) -> None:
    assert host.sh(f"systemctl is-active {SERVICE}.timer") == "active"
    score = host.sh(f"systemd-analyze security --no-pager {SERVICE}.service | tail -n 1")
    assert float(score.partition(": ")[2].split()[0]) < 4


@pytest.mark.parametrize("content", [b"", b"no list", zlib.compress(b"VERSION 2\n")])
def test_a_list_that_is_none_leaves_the_old_figures_and_is_tried_again(host: Scanned, content: bytes) -> None:
    assert host.scan() == "success"
    before = host.sh(f"cat {METRICS}")
    host.publish(content)
    try:
        assert host.scan() == "exit-code"
        assert host.sh(f"cat {METRICS}") == before
        assert host.sh(f"systemctl is-active {SERVICE}", check=False) == "activating"
        assert host.sh("systemctl list-units --failed --plain --no-legend") == ""
    finally:
        host.publish(zlib.compress(LIST.encode()))
        assert host.scan() == "success"


def test_the_mail_of_debsecan_itself_is_off_and_found_when_an_operator_turns_it_on(host: Scanned) -> None:
    command = "grep ^REPORT= /etc/default/debsecan"
    assert host.sh(command) == "REPORT=false"
    host.sh("sed -i s/^REPORT=.*/REPORT=true/ /etc/default/debsecan")
    assert [one.where for one in host.drift(host.wanted)] == ["vulnerability scan: daily mail"]
    assert host.apply(host.wanted).code == 0
    assert host.sh(command) == "REPORT=false"
    assert host.drift(host.wanted) == []
