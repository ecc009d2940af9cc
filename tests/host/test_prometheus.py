"""Monitoring as others see it: its own API, the kernel's list of sockets, and Prometheus's tools."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

import pytest

from deploys.nginx.settings import NginxSettings
from deploys.prometheus.settings import PrometheusSettings
from rigwright.inventory.load import Host

BY_HOST = (
    "HostMemoryFull",
    "HostOutOfMemory",
    "HostProcessorsBusy",
    "HostLoadHigh",
    "HostClockNotSynchronised",
    "HostClockWrong",
    "UnitFailed",
    "DiskFull",
    "DiskFilling",
    "DiskFullSoon",
    "DiskOutOfInodes",
    "DiskReadOnly",
    "DiskUnreadable",
    "PoolNotOnline",
    "TargetDown",
    "TextfileUnreadable",
    "MonitoringConfigurationRefused",
    "RuleFails",
    "AlertsNotDelivered",
    "Watchdog",
)
BY_WEB = ("SiteDown", "CertificateEnds", "CertificateEndsSoon")
BY_DRIFT = ("DriftFound", "DriftCheckFailed", "DriftCheckSilent")
BY_NGINX = ("NginxDown", "NginxConnectionsDropped")
BY_JOB = {
    "docker": ("DockerContainerUnhealthy", "DockerContainersRestart"),
    "nginx": BY_NGINX,
    "pgbouncer": ("PgBouncerDown", "PgBouncerPoolNearlyUsed", "PgBouncerClientsWait"),
    "postgres": (
        "PostgresDown",
        "PostgresConnectionsNearlyUsed",
        "PostgresTransactionLong",
        "PostgresDeadlocks",
    ),
    "redis": ("RedisDown", "RedisMemoryFull", "RedisConnectionsRejected", "RedisSaveFailed"),
}
"""Rules of subsystems that are measured, by their job."""
BY_HEALTH = ("HealthMetricsSilent", "HealthCollectorFails", "HardwareNotDeclared")
BY_HARDWARE = {
    "gpus": ("GpuLost", "GpuDriverMismatch", "GpuHot", "GpuXidCritical"),
    "nvme_drives": ("NvmeCriticalWarning", "NvmeWorn"),
    "sata_disks": ("SataFailing", "SataSectors"),
    "pools": ("PoolMissing", "PoolDeviceNotOnline", "PoolFull"),
}
"""Rules about hardware, by the setting that names it."""


@pytest.fixture(scope="session")
def prometheus(described: Host) -> PrometheusSettings:
    settings = getattr(described.rig, "prometheus", None)
    if settings is None:
        pytest.skip("the inventory has no prometheus for this host")
    found: PrometheusSettings = settings
    return found


@pytest.fixture(scope="session")
def api(host: Any, prometheus: PrometheusSettings) -> Callable[[str], Any]:
    """What Prometheus's API returns."""

    def api(path: str) -> Any:
        text = host.check_output(
            "curl -fsS %s", f"http://127.0.0.1:{prometheus.prometheus_port}/api/v1/{path}"
        )
        return json.loads(text)["data"]

    return api


def measured(described: Host) -> dict[str, int]:
    """Job and port of each subsystem that the inventory lets Prometheus api."""
    names = {"docker": "metrics_port", **dict.fromkeys(("nginx", "postgres", "redis"), "exporter_port")}
    found = {job: getattr(getattr(described.rig, job, None), name, None) for job, name in names.items()}
    postgres = getattr(described.rig, "postgres", None)
    found["pgbouncer"] = getattr(getattr(postgres, "pooler", None), "exporter_port", None)
    return {job: port for job, port in found.items() if port}


def by_hardware(described: Host) -> tuple[set[str], set[str]]:
    """Rules about hardware that must be there, and those that must not."""
    health = getattr(described.rig, "health", None)
    there = {name for name in BY_HARDWARE if getattr(health, name, None)}
    if health and getattr(described.rig, "zfs", None):
        there.add("pools")
    expected = {*(BY_HEALTH if health else ()), *(rule for name in there for rule in BY_HARDWARE[name])}
    every = {*BY_HEALTH, *(rule for rules in BY_HARDWARE.values() for rule in rules)}
    return expected, every - expected


def probing(described: Host, prometheus: PrometheusSettings) -> bool:
    """Whether there is an address or a certificate to be probed."""
    nginx: NginxSettings | None = getattr(described.rig, "nginx", None)
    return bool(prometheus.watched_urls or (nginx and nginx.sites))


def expected_jobs(described: Host, prometheus: PrometheusSettings) -> set[tuple[str, int]]:
    """Job and port of everything that the inventory lets this host measure."""
    jobs = {
        ("prometheus", prometheus.prometheus_port),
        ("alertmanager", prometheus.alertmanager_port),
        ("node", prometheus.node_exporter_port),
    }
    if prometheus.pushgateway_port:
        jobs.add(("pushgateway", prometheus.pushgateway_port))
    if probing(described, prometheus):
        jobs.add(("blackbox", prometheus.blackbox_port))
    return jobs | {*measured(described).items()}


def units(described: Host, prometheus: PrometheusSettings) -> list[str]:
    found = ["prometheus", "prometheus-alertmanager", "prometheus-node-exporter"]
    found += ["prometheus-pushgateway"] if prometheus.pushgateway_port else []
    return found + (["prometheus-blackbox-exporter"] if probing(described, prometheus) else [])


def test_its_services_run_and_come_back_after_a_boot(
    host: Any, described: Host, prometheus: PrometheusSettings
) -> None:
    for unit in units(described, prometheus):
        assert host.service(unit).is_running, unit
        assert host.service(unit).is_enabled, unit


@pytest.mark.usefixtures("prometheus")
def test_everything_of_monitoring_listens_on_loopback_only(host: Any) -> None:
    lines = [line.split() for line in host.check_output("ss -H -lntup").splitlines()]
    ours = {line[4] for line in lines if '"prometheus' in line[-1] or '"alertmanager' in line[-1]}
    assert len(ours) >= 3
    assert {end.rpartition(":")[0] for end in ours} == {"127.0.0.1"}, ours


def test_every_target_is_up(
    api: Callable[[str], Any], described: Host, prometheus: PrometheusSettings
) -> None:
    """Repeated until the first round of measurements is over."""
    started = time.monotonic()
    settled = started + 2 * prometheus.scrape_interval_seconds + 10
    expected = expected_jobs(described, prometheus)
    while True:
        targets = [
            one
            for one in api("targets")["activeTargets"]
            if one["labels"]["job"] not in ("web", "certificates")
        ]
        health = {(one["labels"]["job"], one["health"]) for one in targets}
        known = all(word != "unknown" for _, word in health)
        up = health >= {(job, "up") for job, _ in expected}
        if (known and (up or time.monotonic() > settled)) or time.monotonic() > settled + 50:
            break
        time.sleep(1)
    assert health >= {(job, "up") for job, _ in expected}, [one["lastError"] for one in targets]
    found = {(one["labels"]["job"], int(one["labels"]["instance"].rpartition(":")[2])) for one in targets}
    assert expected <= found


def test_every_rule_is_loaded_and_none_fails(
    api: Callable[[str], Any], described: Host, prometheus: PrometheusSettings
) -> None:
    """A rules file that Prometheus does not find loads no rule, without an error."""
    rules = [rule for group in api("rules")["groups"] for rule in group["rules"]]
    failing = [(rule["name"], rule.get("lastError")) for rule in rules if rule["health"] == "err"]
    assert failing == []
    expected = {
        *BY_HOST,
        *(BY_WEB if probing(described, prometheus) else ()),
        *(BY_DRIFT if prometheus.drift_check else ()),
        *(("PushedMetricsOld",) if prometheus.pushgateway_port else ()),
        *(name for job in measured(described) for name in BY_JOB[job]),
    }
    hardware, none_of = by_hardware(described)
    expected |= hardware
    loaded = {rule["name"] for rule in rules}
    assert loaded >= expected
    absent = {name for job, names in BY_JOB.items() if job not in measured(described) for name in names}
    assert loaded & (absent | none_of) == set()


def test_the_running_prometheus_has_the_inventorys_times(
    api: Callable[[str], Any], prometheus: PrometheusSettings
) -> None:
    flags = api("status/flags")
    assert flags["storage.tsdb.retention.time"] in (
        f"{prometheus.retention_days}d",
        f"{prometheus.retention_days // 7}w" if prometheus.retention_days % 7 == 0 else "",
    )
    loaded = api("status/config")["yaml"]
    seconds = {
        "scrape_interval": prometheus.scrape_interval_seconds,
        "evaluation_interval": prometheus.evaluation_interval_seconds,
    }
    for name, value in seconds.items():
        text = f"{value}s" if value % 60 else f"{value // 60}m"
        assert f"  {name}: {text}\n" in loaded


def test_prometheus_sends_alerts_to_the_alertmanager(
    api: Callable[[str], Any], prometheus: PrometheusSettings
) -> None:
    active = api("alertmanagers")["activeAlertmanagers"]
    (url,) = [one["url"] for one in active]
    assert f"127.0.0.1:{prometheus.alertmanager_port}/" in url


def test_failed_units_can_be_seen(host: Any, prometheus: PrometheusSettings) -> None:
    """Debian's node exporter leaves units out by default."""
    text = host.check_output("curl -fsS %s", f"http://127.0.0.1:{prometheus.node_exporter_port}/metrics")
    assert 'node_systemd_unit_state{name="prometheus.service",state="active"' in text
    assert "node_textfile_scrape_error 0" in text


@pytest.mark.usefixtures("prometheus")
def test_the_node_exporter_sees_the_hosts_file_systems_and_no_view_of_its_own(host: Any) -> None:
    own, hosts = (
        host.check_output("readlink %s", f"/proc/{pid}/ns/mnt")
        for pid in (host.check_output("systemctl show -p MainPID --value prometheus-node-exporter"), "1")
    )
    assert own == hosts


@pytest.mark.usefixtures("prometheus")
def test_prometheus_own_tool_finds_nothing_wrong(host: Any) -> None:
    assert host.run("promtool check config /etc/prometheus/prometheus.yml").rc == 0
    assert host.run("amtool check-config /etc/prometheus/alertmanager.yml").rc == 0


@pytest.mark.usefixtures("prometheus")
def test_other_users_cannot_read_who_receives_alerts(host: Any) -> None:
    file = host.file("/etc/prometheus/alertmanager.yml")
    assert (file.user, file.group, file.mode) == ("root", "prometheus", 0o640)


def test_alerts_reach_a_receiver(host: Any, prometheus: PrometheusSettings) -> None:
    """Without a receiver no one hears of an alert: that is shown as a skipped test, not hidden."""
    if not prometheus.notifies:
        pytest.skip("alerts reach no receiver: set prometheus.mail, slack, pagerduty or webhooks")
    # The file, because amtool 0.26 cannot read a running configuration whose secrets are masked.
    route = "amtool config routes test --config.file=/etc/prometheus/alertmanager.yml"
    assert host.check_output(f"{route} severity=warning alertname=Any") == "all_alerts"
    assert host.check_output(f"{route} severity=critical alertname=Any") == "on_call,all_alerts"
    assert host.check_output(f"{route} severity=none alertname=Watchdog") == "heartbeat"


def test_the_units_are_confined(host: Any, described: Host, prometheus: PrometheusSettings) -> None:
    if "--threshold" not in host.run("systemd-analyze --help").stdout:
        pytest.skip("this systemd-analyze has no threshold")
    exporters = [f"prometheus-{job}-exporter" for job in measured(described) if job != "docker"]
    for unit in (*units(described, prometheus), *exporters):
        done = host.run("systemd-analyze security --no-pager --threshold=40 %s", f"{unit}.service")
        assert done.rc == 0, f"{unit}: {done.stdout.splitlines()[-1]}"


def test_the_certificate_of_every_site_is_watched(
    api: Callable[[str], Any], described: Host, prometheus: PrometheusSettings
) -> None:
    """Repeated until the first round of measurements is over."""
    nginx: NginxSettings | None = getattr(described.rig, "nginx", None)
    if nginx is None or not nginx.sites:
        pytest.skip("the inventory has no site for this host")
    domains = {site.domains[0].replace("*", "any", 1) for site in nginx.sites}
    probed = [one["labels"] for one in api("targets")["activeTargets"]]
    assert domains <= {one["instance"] for one in probed if one["job"] == "certificates"}
    end = time.monotonic() + 2 * prometheus.scrape_interval_seconds + 60
    query = "query?query=probe_ssl_earliest_cert_expiry%7Bjob=%22certificates%22%7D"
    while True:
        found = {one["metric"]["instance"]: float(one["value"][1]) for one in api(query)["result"]}
        if set(found) == domains or time.monotonic() > end:
            break
        time.sleep(1)
    assert set(found) == domains
    assert min(found.values()) > time.time()
