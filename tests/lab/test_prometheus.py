"""Monitoring on real hosts: faults raise exactly their alerts at a receiver, and resolve."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator
from dataclasses import replace
from string import ascii_lowercase
from typing import Any, cast

import pytest

from deploys.nginx.settings import FixedResponse, FromFiles, NginxSettings, Site
from deploys.prometheus.settings import PrometheusSettings, Webhook
from deploys.rig import Machine, Rig
from rigwright import lab
from rigwright.desired import Desired
from rigwright.secrets.value import Secret
from rigwright.settings.platform import Os
from tests.alerts.cases import cases
from tests.alerts.promtool import rule_files, unit_tests
from tests.support.authority import Authority, Issued
from tests.support.receiver import Receiver
from tests.support.target import Target
from tests.support.waiting import wait_until

NAME = "app.rig.test"
TEXTFILES = "/var/lib/prometheus/node-exporter"
# What the machine that carries the lab may have by itself, and every host on it then shows.
OF_THE_MACHINE = {
    "HostMemoryFull",
    "HostProcessorsBusy",
    "HostLoadHigh",
    "HostClockNotSynchronised",
    "HostClockWrong",
    "DiskFilling",
    "DiskFull",
    "DiskFullSoon",
}
NEEDS_HARDWARE = {"node_zfs_arc_size", "node_zfs_zpool_state"}


class Monitored:
    """A host that is measured every three seconds, and tells at once."""

    def __init__(self, target: Target) -> None:
        self.target = target
        authority = Authority()
        self.issued = authority.issue(NAME)
        self.nearly_over = authority.issue(NAME, days=5)
        target.sh(f"echo 127.0.0.1 {NAME} >>/etc/hosts")
        ca = shlex.quote(authority.certificate)
        target.sh(
            f"echo {ca} >/usr/local/share/ca-certificates/rig.crt && update-ca-certificates 2>/dev/null"
        )
        self.receiver = Receiver(target)

    def rig(self, issued: Issued | None = None, **nginx: object) -> Rig:
        """The whole host."""
        issued = issued or self.issued
        certificate = FromFiles(certificate=issued.certificate, key=Secret("site_key", issued.key))
        site = Site(name="app", domains=[NAME], routes=[FixedResponse(body="here")], certificate=certificate)
        return Rig(
            machine=Machine(os=self.target.host.os),
            nginx=NginxSettings(**{"sites": [site], "exporter_port": 9113, **nginx}),  # type: ignore[arg-type]
            prometheus=PrometheusSettings(
                host_label="alerts",
                scrape_interval_seconds=3,
                evaluation_interval_seconds=1,
                longest_wait_seconds=0,
                ignored_file_systems=["overlay", "ramfs"],
                watched_urls=[f"https://{NAME}/"],
                drift_check=True,
                pushgateway_port=9091,
                webhooks=[Webhook(name="own", url=Secret("own", self.receiver.url("own")))],
                heartbeat_url=Secret("beat", self.receiver.url("beat")),
                group_wait_seconds=1,
                group_interval_seconds=1,
            ),
        )

    def prometheus(self, rig: Rig) -> Desired:
        """What monitoring wants."""
        found = rig.of("prometheus")
        assert found
        return found

    def ask(self, path: str) -> Any:
        """What Prometheus's API answers."""
        return json.loads(self.target.sh(f"curl -fsS '127.0.0.1:9090/api/v1/{path}'"))["data"]

    def firing(self) -> set[str]:
        """The alerts that fire now, but for those of the machine below."""
        found = {one["labels"]["alertname"] for one in self.ask("alerts")["alerts"]}
        return found - OF_THE_MACHINE

    def told(self, status: str) -> set[tuple[str, str]]:
        """Name and object of each alert that the receiver was told of, but for those of the machine below."""
        found = [one for one in self.receiver.told("own", status) if not _of_the_machine(one.labels)]
        return {(one.name, _about(one.labels)) for one in found}

    def night(self) -> None:
        """Run the nightly check, which tells Prometheus."""
        self.target.sh(f"mkdir -p {TEXTFILES} && systemctl start rigwright-drift")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """On both releases of Debian, or on what ``--os`` names."""
    wanted = metafunc.config.getoption("--os") or ["debian13", "debian12"]
    metafunc.parametrize("host", wanted, indirect=True, scope="module")


@pytest.fixture(scope="module")
def host(request: pytest.FixtureRequest) -> Iterator[Monitored]:
    system = cast("Os", request.param)
    name = f"m-alerts{system.strip(ascii_lowercase)}"
    lab.down(name)
    target = Target(lab.up(name, system))
    target.sh("apt-get -qq update")
    found = Monitored(target)
    wanted = found.rig().desired()
    target.install(Desired("all", packages=tuple(sorted({name for one in wanted for name in one.packages}))))
    for one in wanted:
        done = target.apply(one)
        assert done.code == 0, done.stdout
    found.night()
    target.sh("printf 'toy 1\\n' | curl -fsS --data-binary @- 127.0.0.1:9091/metrics/job/toy")
    yield found
    lab.down(name)


def test_every_target_is_up_no_rule_fails_and_only_the_watchdog_fires(host: Monitored) -> None:
    def settled() -> bool:
        targets = {(one["labels"]["job"], one["health"]) for one in host.ask("targets")["activeTargets"]}
        jobs = (
            "alertmanager",
            "blackbox",
            "certificates",
            "nginx",
            "node",
            "prometheus",
            "pushgateway",
            "web",
        )
        return targets == {(job, "up") for job in jobs} and host.firing() == {"Watchdog"}

    wait_until(settled)
    rules = [rule for group in host.ask("rules")["groups"] for rule in group["rules"]]
    assert {rule["health"] for rule in rules} == {"ok"}


def test_every_metric_that_a_rule_names_is_there(host: Monitored) -> None:
    """A rule on a metric that nobody exports never fires."""
    exprs = [rule["query"] for group in host.ask("rules")["groups"] for rule in group["rules"]]
    named = {name for expr in exprs for name in re.findall(r"\b(?:[a-z]+_[a-z0-9_]+|up)\b(?!\()", expr)}
    named -= {"predict_linear"}
    assert len(named) > 20
    wait_until(lambda: named - set(host.ask("label/__name__/values")) <= NEEDS_HARDWARE)
    assert named - set(host.ask("label/__name__/values")) == NEEDS_HARDWARE


def test_faults_raise_exactly_their_alerts_and_resolve(host: Monitored) -> None:
    """All at once. The full disk is only told as full: that it fills up too is no news."""
    wait_until(lambda: host.firing() == {"Watchdog"})
    host.receiver.forget()
    host.target.sh("systemd-run -q --unit=t-broken false; systemctl stop prometheus-pushgateway")
    host.target.sh(f"echo 'no metric {{' >{TEXTFILES}/broken.prom")
    host.target.sh("mkdir -p /srv/full && mount -t tmpfs -o size=8m tmpfs /srv/full")
    host.target.sh("head -c 7800000 /dev/zero >/srv/full/data")
    host.target.sh("chmod 640 /etc/nginx/nginx.conf")
    host.night()
    expected = {
        ("UnitFailed", "t-broken.service"),
        ("TargetDown", "pushgateway"),
        ("TextfileUnreadable", "node"),
        ("DiskFull", "/srv/full"),
        ("DriftFound", "node"),
    }
    wait_until(lambda: host.told("firing") >= expected)
    assert host.told("firing") == expected
    (unit,) = (one for one in host.receiver.told("own", "firing") if one.name == "UnitFailed")
    assert unit.labels["host"] == "alerts"
    assert unit.annotations["summary"] == "t-broken.service has failed"
    assert unit.annotations["runbook"] == "docs/runbooks/unit-failed.md"

    host.target.sh("systemctl reset-failed t-broken; systemctl start prometheus-pushgateway")
    host.target.sh(f"rm {TEXTFILES}/broken.prom; umount /srv/full; chmod 644 /etc/nginx/nginx.conf")
    host.night()
    wait_until(lambda: host.told("resolved") >= expected)
    # Both ends of a full disk are told one after the other, and a warning may slip in between.
    assert host.told("firing") - expected <= {("DiskFilling", "/srv/full"), ("DiskFullSoon", "/srv/full")}
    wait_until(lambda: host.firing() == {"Watchdog"})


def test_nginx_that_is_down_is_told_by_its_exporter_and_by_its_site(host: Monitored) -> None:
    wait_until(lambda: host.firing() == {"Watchdog"})
    host.receiver.forget()
    host.target.sh("systemctl stop nginx")
    expected = {("NginxDown", "nginx"), ("SiteDown", "certificates"), ("SiteDown", "web")}
    wait_until(lambda: host.told("firing") >= expected)
    assert host.told("firing") == expected
    host.target.sh("systemctl start nginx")
    wait_until(lambda: host.told("resolved") >= expected)
    wait_until(lambda: host.firing() == {"Watchdog"})


def test_a_certificate_near_its_end_is_told_until_there_is_a_new_one(host: Monitored) -> None:
    """By who asks for the site's certificate, and by who asks the watched address."""
    wait_until(lambda: host.firing() == {"Watchdog"})
    host.receiver.forget()
    for one in host.rig(host.nearly_over).desired():
        assert host.target.apply(one).code == 0
    expected = {("CertificateEnds", "certificates"), ("CertificateEnds", "web")}
    wait_until(lambda: host.told("firing") >= expected)
    (alert, *_) = (one for one in host.receiver.told("own", "firing") if one.name == "CertificateEnds")
    assert alert.labels["severity"] == "critical"
    assert re.match(r"It has (5|4\.9\d*) days left", alert.annotations["description"])
    for one in host.rig().desired():
        assert host.target.apply(one).code == 0
    wait_until(lambda: host.told("resolved") >= expected)
    # The warning of two weeks says the same, and may be told in the moment before it is held back.
    soon = {("CertificateEndsSoon", about) for _, about in expected}
    assert host.told("firing") - expected <= soon
    wait_until(lambda: host.firing() == {"Watchdog"})


def test_promtool_agrees_with_every_case_of_every_rule(host: Monitored) -> None:
    files = rule_files(host.target.host.os)
    script = ["rm -rf /root/rules && mkdir /root/rules && cd /root/rules"]
    for name, text in {**files, "tests.yml": unit_tests(cases(), files, host.target.host.os)}.items():
        script.append(f"cat >{name} <<'END-OF-FILE'\n{text}\nEND-OF-FILE")
    done = host.target.host.run(
        "sh", "\n".join([*script, "promtool test rules tests.yml 2>&1"]).encode(), check=False
    )
    assert done.returncode == 0, done.stdout[-3000:]


def test_a_rule_that_prometheus_cannot_read_changes_nothing(host: Monitored) -> None:
    """The fault stands in a file that the checked one includes."""
    wanted = host.prometheus(host.rig())
    broken = tuple(
        replace(file, content=file.content.replace(b"nginx_up == 0", b"nginx_up == ((0"))
        for file in wanted.files
    )
    done = host.target.apply(replace(wanted, files=broken))
    assert done.code == 22, done.stdout
    assert "rigwright-nginx.yml" in done.stdout
    assert host.target.drift(wanted) == []


def test_a_receiver_that_the_alertmanager_cannot_read_changes_nothing(host: Monitored) -> None:
    wanted = host.prometheus(host.rig())
    broken = tuple(
        replace(file, content=file.content.replace(b"receiver: everybody", b"receiver: nobody"))
        for file in wanted.files
    )
    done = host.target.apply(replace(wanted, files=broken))
    assert done.code == 22, done.stdout
    assert host.target.drift(wanted) == []


def test_an_exporter_that_settings_drop_leaves_no_port_target_or_rule(host: Monitored) -> None:
    without = host.rig(exporter_port=None)
    for one in without.desired():
        assert host.target.apply(one).code == 0
    assert ":9113" not in host.target.sh("ss -Hltn")
    wait_until(lambda: "nginx" not in {one["labels"]["job"] for one in host.ask("targets")["activeTargets"]})
    assert host.target.sh("ls /etc/prometheus/rules.d").split() == [
        "rigwright-digest.yml",
        "rigwright-prometheus.yml",
    ]
    for one in host.rig().desired():
        assert host.target.apply(one).code == 0
    wait_until(lambda: host.firing() == {"Watchdog"})


def test_the_watchdog_reaches_the_heartbeat_and_nobody_else(host: Monitored) -> None:
    """Last, because it may take a minute: Prometheus knows no Alertmanager yet when it first fires."""
    wait_until(
        lambda: {one.name for one in host.receiver.told("beat", "firing")} == {"Watchdog"}, seconds=150
    )
    assert "Watchdog" not in {one.name for one in host.receiver.told("own", "firing")}


def _about(labels: dict[str, str]) -> str:
    return labels.get("mountpoint") or labels.get("name") or labels["job"]


def _of_the_machine(labels: dict[str, str]) -> bool:
    return labels["alertname"] in OF_THE_MACHINE and labels.get("mountpoint") != "/srv/full"
