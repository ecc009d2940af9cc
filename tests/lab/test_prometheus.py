"""Monitoring on real hosts: faults raise exactly their alerts at a receiver, and resolve."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from string import ascii_lowercase
from typing import cast

import pytest

from rigwright import lab
from rigwright.desired import Desired
from rigwright.settings.platform import Os
from tests.alerts.promtool import alone, rule_files, rules, whole
from tests.support.monitored import NEEDS_HARDWARE, TEXTFILES, Monitored
from tests.support.target import Target
from tests.support.waiting import wait_until


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """On both releases of Debian, or on what ``--os`` names."""
    systems = metafunc.config.getoption("--os") or ["debian13", "debian12"]
    metafunc.parametrize("host", systems, indirect=True, scope="module")


@pytest.fixture(scope="module")
def host(request: pytest.FixtureRequest) -> Iterator[Monitored]:
    system = cast("Os", request.param)
    name = f"m-alerts{system.strip(ascii_lowercase)}"
    lab.down(name)
    target = Target(lab.up(name, system))
    target.sh("apt-get -qq update")
    found = Monitored(target)
    whole = found.rig().desired()
    target.install(Desired("all", packages=tuple(sorted({name for one in whole for name in one.packages}))))
    for one in whole:
        done = target.apply(one)
        assert done.code == 0, done.stdout
    found.night()
    target.sh("printf 'toy 1\\n' | curl -fsS --data-binary @- 127.0.0.1:9091/metrics/job/toy")
    yield found
    lab.down(name)


def test_every_target_is_up_no_rule_fails_and_only_the_watchdog_fires(host: Monitored) -> None:
    def settled() -> bool:
        targets = {(one["labels"]["job"], one["health"]) for one in host.api("targets")["activeTargets"]}
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
    rules = [rule for group in host.api("rules")["groups"] for rule in group["rules"]]
    assert {rule["health"] for rule in rules} == {"ok"}


def test_every_metric_that_a_rule_names_is_there(host: Monitored) -> None:
    """A rule on a metric that nothing exports never fires."""
    exprs = [rule["query"] for group in host.api("rules")["groups"] for rule in group["rules"]]
    named = {name for expr in exprs for name in re.findall(r"\b(?:[a-z]+_[a-z0-9_]+|up)\b(?!\()", expr)}
    named -= {"predict_linear"}
    assert len(named) > 20
    wait_until(lambda: named - set(host.api("label/__name__/values")) <= NEEDS_HARDWARE)
    assert named - set(host.api("label/__name__/values")) == NEEDS_HARDWARE


def test_faults_raise_exactly_their_alerts_and_resolve(host: Monitored) -> None:
    """All at once. The full disk fires as full alone: that it fills up too is inhibited."""
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
    wait_until(lambda: host.received("firing") >= expected)
    assert host.received("firing") == expected
    (unit,) = (one for one in host.receiver.received("own", "firing") if one.name == "UnitFailed")
    assert unit.labels["host"] == "alerts"
    assert unit.annotations["summary"] == "t-broken.service has failed"
    assert unit.annotations["runbook"] == "docs/runbooks/unit-failed.md"

    host.target.sh("systemctl reset-failed t-broken; systemctl start prometheus-pushgateway")
    host.target.sh(f"rm {TEXTFILES}/broken.prom; umount /srv/full; chmod 644 /etc/nginx/nginx.conf")
    host.night()
    wait_until(lambda: host.received("resolved") >= expected)
    # Both ends of a full disk are sent one after the other, and a warning may slip in between.
    assert host.received("firing") - expected <= {("DiskFilling", "/srv/full"), ("DiskFullSoon", "/srv/full")}
    wait_until(lambda: host.firing() == {"Watchdog"})


def test_nginx_that_is_down_fires_for_its_exporter_and_its_site(host: Monitored) -> None:
    wait_until(lambda: host.firing() == {"Watchdog"})
    host.receiver.forget()
    host.target.sh("systemctl stop nginx")
    expected = {("NginxDown", "nginx"), ("SiteDown", "certificates"), ("SiteDown", "web")}
    wait_until(lambda: host.received("firing") >= expected)
    assert host.received("firing") == expected
    host.target.sh("systemctl start nginx")
    wait_until(lambda: host.received("resolved") >= expected)
    wait_until(lambda: host.firing() == {"Watchdog"})


def test_a_certificate_near_its_end_fires_until_there_is_a_new_one(host: Monitored) -> None:
    """For the probe of the site's certificate, and for that of the watched address."""
    wait_until(lambda: host.firing() == {"Watchdog"})
    host.receiver.forget()
    for one in host.rig(host.nearly_over).desired():
        assert host.target.apply(one).code == 0
    expected = {("CertificateEnds", "certificates"), ("CertificateEnds", "web")}
    wait_until(lambda: host.received("firing") >= expected)
    (alert, *_) = (one for one in host.receiver.received("own", "firing") if one.name == "CertificateEnds")
    assert alert.labels["severity"] == "critical"
    assert re.match(r"It has (5|4\.9\d*) days left", alert.annotations["description"])
    for one in host.rig().desired():
        assert host.target.apply(one).code == 0
    wait_until(lambda: host.received("resolved") >= expected)
    # The warning of two weeks is about the same, and may be sent in the moment before it is inhibited.
    soon = {("CertificateEndsSoon", about) for _, about in expected}
    assert host.received("firing") - expected <= soon
    wait_until(lambda: host.firing() == {"Watchdog"})


def test_promtool_agrees_with_every_case_of_every_rule(host: Monitored) -> None:
    """Each rule by itself, which is ten times faster than all of them for every case."""
    system = host.target.host.os
    files = {f"{name}.yml": text for name, text in alone(rule_files(system)).items()}
    tests = {f"test-{name}.yml": whole(name, f"{name}.yml", system) for name in rules(system)}
    assert len(tests) == len(files)
    script = ["rm -rf /root/rules && mkdir /root/rules && cd /root/rules"]
    for name, text in {**files, **tests}.items():
        script.append(f"cat >{name} <<'END-OF-FILE'\n{text}\nEND-OF-FILE")
    script.append(f"promtool test rules {' '.join(tests)} 2>&1")
    done = host.target.host.run("sh", "\n".join(script).encode(), check=False)
    assert done.returncode == 0, done.stdout[-3000:]
    assert done.stdout.count("SUCCESS") == len(tests)


def test_a_rule_that_prometheus_cannot_read_changes_nothing(host: Monitored) -> None:
    """The fault stands in a file that the checked one includes."""
    whole = host.prometheus(host.rig())
    broken = tuple(
        replace(file, content=file.content.replace(b"nginx_up == 0", b"nginx_up == ((0"))
        for file in whole.files
    )
    done = host.target.apply(replace(whole, files=broken))
    assert done.code == 22, done.stdout
    assert "rigwright-nginx.yml" in done.stdout
    assert host.target.drift(whole) == []


def test_a_receiver_that_the_alertmanager_cannot_read_changes_nothing(host: Monitored) -> None:
    whole = host.prometheus(host.rig())
    broken = tuple(
        replace(file, content=file.content.replace(b"receiver: all_alerts", b"receiver: missing"))
        for file in whole.files
    )
    done = host.target.apply(replace(whole, files=broken))
    assert done.code == 22, done.stdout
    assert host.target.drift(whole) == []


def test_an_exporter_that_settings_drop_leaves_no_port_target_or_rule(host: Monitored) -> None:
    without = host.rig(exporter_port=None)
    for one in without.desired():
        assert host.target.apply(one).code == 0
    assert ":9113" not in host.target.sh("ss -Hltn")
    wait_until(lambda: "nginx" not in {one["labels"]["job"] for one in host.api("targets")["activeTargets"]})
    assert host.target.sh("ls /etc/prometheus/rules.d").split() == [
        "rigwright-digest.yml",
        "rigwright-prometheus.yml",
    ]
    for one in host.rig().desired():
        assert host.target.apply(one).code == 0
    wait_until(lambda: host.firing() == {"Watchdog"})


def test_the_watchdog_reaches_the_heartbeat_alone(host: Monitored) -> None:
    """Last, because it may take a minute: Prometheus knows no Alertmanager yet when it first fires."""
    wait_until(
        lambda: {one.name for one in host.receiver.received("beat", "firing")} == {"Watchdog"}, seconds=150
    )
    assert "Watchdog" not in {one.name for one in host.receiver.received("own", "firing")}
