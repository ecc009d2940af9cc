"""What monitoring's settings refuse, and what they come to mean."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import yaml
from pydantic import ValidationError

from deploys.nginx.settings import FixedResponse, NginxSettings, Site
from deploys.prometheus.settings import Mail, PagerDuty, PrometheusSettings, Slack, Webhook
from deploys.prometheus.state import desired
from deploys.rig import Machine, Rig
from rigwright.desired import AlertRule, Desired, ScrapeTarget, Socket
from rigwright.desired.exporter import Daemon, Exporter, with_exporter
from rigwright.errors import RigError
from rigwright.secrets.value import Secret
from rigwright.settings.platform import Platform

RULE = AlertRule("ToyDown", "toy_up == 0", 60, "critical", "Toy is down", "It is.", "toy-down")
TOY = Desired("toy", scrape_targets=(ScrapeTarget("toy", "127.0.0.1", 9999),), alerts=(RULE,))
KEY = Secret("key", "the-key-itself")


def wanted(*others: Desired, **settings: object) -> Desired:
    """Monitoring beside the others."""
    return desired(PrometheusSettings(**settings), Platform("debian13"), others)  # type: ignore[arg-type]


def loaded(found: Desired, name: str) -> Any:
    """A rendered file below ``/etc/prometheus``, as YAML."""
    (file,) = (file for file in found.files if file.path == f"/etc/prometheus/{name}")
    return yaml.safe_load(file.content)


def scraped(found: Desired) -> dict[str, list[str]]:
    """The targets by job."""
    configs = loaded(found, "prometheus.yml")["scrape_configs"]
    return {
        one["job_name"]: [address for part in one["static_configs"] for address in part["targets"]]
        for one in configs
    }


def receivers(found: Desired) -> dict[str, dict[str, Any]]:
    """The receivers by name."""
    return {one["name"]: one for one in loaded(found, "alertmanager.yml")["receivers"]}


def test_by_default_it_measures_every_30_seconds_and_keeps_7_days() -> None:
    config = loaded(wanted(), "prometheus.yml")["global"]
    assert (config["scrape_interval"], config["evaluation_interval"]) == ("30s", "30s")
    (defaults,) = (file for file in wanted().files if file.path == "/etc/default/prometheus")
    assert b"--storage.tsdb.retention.time=7d " in defaults.content


def test_everything_listens_on_loopback_and_the_cluster_port_is_closed() -> None:
    found = wanted(pushgateway_port=9091, watched_urls=["https://example.org/"])
    assert {(one.address, one.port) for one in found.sockets} == {
        ("127.0.0.1", port) for port in (9090, 9091, 9093, 9100, 9115)
    }
    for file in found.files:
        if file.path.startswith("/etc/default/"):
            assert b"--web.listen-address=127.0.0.1:" in file.content
    (alertmanager,) = (file for file in found.files if file.path == "/etc/default/prometheus-alertmanager")
    assert b'--cluster.listen-address="' in alertmanager.content


def test_targets_and_rules_of_other_subsystems_are_gathered() -> None:
    found = wanted(TOY)
    assert scraped(found)["toy"] == ["127.0.0.1:9999"]
    (group,) = loaded(found, "rules.d/rigwright-toy.yml")["groups"]
    (rule,) = group["rules"]
    assert (rule["alert"], rule["expr"], rule["for"]) == ("ToyDown", "toy_up == 0", "60s")
    assert rule["annotations"]["runbook"] == "docs/runbooks/toy-down.md"


def test_a_subsystem_that_is_absent_leaves_no_target_and_no_rule() -> None:
    found = wanted()
    assert "toy" not in scraped(found)
    assert not [file for file in found.files if "toy" in file.path]
    (rules,) = (one for one in found.directories if one.path == "/etc/prometheus/rules.d")
    assert rules.owned


def test_two_targets_of_a_job_are_one_job_as_prometheus_demands() -> None:
    more = Desired("other", scrape_targets=(ScrapeTarget("toy", "127.0.0.1", 9998, "/api/metrics"),))
    assert scraped(wanted(TOY, more))["toy"] == ["127.0.0.1:9999", "127.0.0.1:9998"]
    (job,) = (
        one
        for one in loaded(wanted(TOY, more), "prometheus.yml")["scrape_configs"]
        if one["job_name"] == "toy"
    )
    assert [part["labels"] for part in job["static_configs"]] == [
        {"__metrics_path__": "/metrics"},
        {"__metrics_path__": "/api/metrics"},
    ]


@pytest.mark.parametrize(("address", "path"), [("127.0.0.1/metrics", "/metrics"), ("127.0.0.1", "metrics")])
def test_a_target_with_a_path_in_its_address_is_refused(address: str, path: str) -> None:
    with pytest.raises(ValueError, match="the path stands in path"):
        ScrapeTarget("toy", address, 1, path)


def test_two_rules_of_one_name_are_refused() -> None:
    with pytest.raises(ValueError, match="two alert rules are called ToyDown"):
        wanted(TOY, Desired("other", alerts=(RULE,)))


def test_a_change_of_a_target_changes_the_digest_that_must_be_running() -> None:
    def digest(found: Desired) -> str:
        (rule,) = loaded(found, "rules.d/rigwright-digest.yml")["groups"][0]["rules"]
        return str(rule["labels"]["digest"])

    assert digest(wanted(TOY)) != digest(wanted())
    (probe,) = (one for one in wanted(TOY).probes if one.name.startswith("Prometheus"))
    assert digest(wanted(TOY)) in probe.command


def test_without_a_receiver_nobody_is_told_and_the_settings_say_so() -> None:
    assert not PrometheusSettings().tells_somebody
    assert all(set(one) == {"name"} for one in receivers(wanted()).values())


def test_only_critical_alerts_wake_somebody_up() -> None:
    found = wanted(pagerduty=PagerDuty(routing_key=KEY))
    assert "pagerduty_configs" in receivers(found)["somebody_at_once"]
    assert set(receivers(found)["everybody"]) == {"name"}
    routes = loaded(found, "alertmanager.yml")["route"]["routes"]
    (route,) = (one for one in routes if one["receiver"] == "somebody_at_once")
    assert route["matchers"] == ['severity="critical"']
    assert route["continue"] is True


def test_a_heartbeat_is_sent_for_as_long_as_all_is_well() -> None:
    found = wanted(heartbeat_url=Secret("beat", "https://beat.test/x?a=b&c='d'"))
    (hook,) = receivers(found)["heartbeat"]["webhook_configs"]
    assert hook["url"] == "https://beat.test/x?a=b&c='d'"
    (route,) = (
        one for one in loaded(found, "alertmanager.yml")["route"]["routes"] if one["receiver"] == "heartbeat"
    )
    assert (route["matchers"], route["repeat_interval"]) == (['severity="none"'], "1m")
    watchdog = next(rule for rule in found.alerts if rule.name == "Watchdog")
    assert (watchdog.expr, watchdog.severity) == ("vector(1)", "none")


def test_an_inhibition_is_for_named_warnings_about_the_same_thing() -> None:
    """Labels that both lack count as equal: a rule for all warnings would silence those of other things."""
    rules = loaded(wanted(), "alertmanager.yml")["inhibit_rules"]
    assert rules == [
        {
            "source_matchers": ['alertname="DiskFull"'],
            "target_matchers": ['alertname=~"DiskFilling|DiskFullSoon"'],
            "equal": ["instance", "device", "mountpoint", "name", "gpu", "pool"],
        },
        {
            "source_matchers": ['alertname="PoolNotOnline"'],
            "target_matchers": ['alertname=~"PoolDeviceNotOnline"'],
            "equal": ["instance", "device", "mountpoint", "name", "gpu", "pool"],
        },
    ]


@pytest.mark.parametrize(
    "settings",
    [
        {"slack": Slack(url=KEY, channel="#alerts")},
        {"pagerduty": PagerDuty(routing_key=KEY)},
        {"webhooks": [Webhook(name="own", url=KEY)]},
        {"heartbeat_url": KEY},
        {"mail": Mail(recipients=["a@b.test"], sender="c@b.test", user="c", password=KEY)},
    ],
)
def test_a_secret_stands_only_in_the_alertmanagers_file(settings: dict[str, object]) -> None:
    found = wanted(**settings)
    holding = [file for file in found.files if KEY.reveal_bytes() in file.content]
    assert [(file.path, file.mode, file.group, file.secret) for file in holding] == [
        ("/etc/prometheus/alertmanager.yml", 0o640, "prometheus", True)
    ]
    commands = [*(one.command for one in found.checks), *(one.command for one in found.probes)]
    assert not [command for command in commands if KEY.reveal() in command]


def test_without_a_secret_the_file_can_be_shown() -> None:
    mail = Mail(recipients=["a@b.test", "d@b.test"], sender="c@b.test")
    found = wanted(mail=mail)
    (file,) = (file for file in found.files if file.path == "/etc/prometheus/alertmanager.yml")
    assert not file.secret
    assert [one["to"] for one in receivers(found)["everybody"]["email_configs"]] == ["a@b.test", "d@b.test"]
    assert loaded(found, "alertmanager.yml")["global"]["smtp_require_tls"] is True


def test_the_longest_wait_shortens_and_never_prolongs() -> None:
    groups = loaded(wanted(longest_wait_seconds=100), "rules.d/rigwright-prometheus.yml")["groups"]
    waits = {rule["alert"]: rule["for"] for group in groups for rule in group["rules"]}
    assert (waits["HostMemoryFull"], waits["UnitFailed"]) == ("100s", "60s")


def test_the_rules_look_at_every_disk_but_not_at_memory() -> None:
    exprs = {rule.name: rule.expr for rule in wanted().alerts}
    for name in ("DiskFull", "DiskFilling", "DiskFullSoon", "DiskOutOfInodes", "DiskReadOnly"):
        assert "mountpoint" not in exprs[name]
        assert "|tmpfs|" in exprs[name]


def test_absent_metrics_of_the_drift_check_are_an_alert() -> None:
    (rule,) = (one for one in wanted(drift_check=True).alerts if one.name == "DriftCheckSilent")
    assert "absent(rigwright_drift_last_success_timestamp_seconds)" in rule.expr
    assert "DriftCheckSilent" not in {one.name for one in wanted(drift_check=False).alerts}


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (lambda: PrometheusSettings(retention_days=0), "greater than or equal to 1"),
        (lambda: PrometheusSettings(watched_urls=["example.org"]), "match pattern"),
        (lambda: PrometheusSettings(watched_urls=["https://a.test/"] * 2), "listed twice"),
        (lambda: PrometheusSettings(ignored_file_systems=['x"}']), "match pattern"),
        (lambda: PrometheusSettings(ignored_file_systems=[]), "at least 1"),
        (lambda: PrometheusSettings(webhooks=[Webhook(name="a", url=KEY)] * 2), "same name"),
        (lambda: Mail(recipients=[], sender="a@b.test"), "at least 1"),
        (lambda: Mail(recipients=["a@b.test"], sender="a@b.test", user="a"), "belong together"),
        (lambda: Slack(url=KEY, channel="alerts"), "match pattern"),
    ],
)
def test_what_cannot_be_meant_is_refused(make: Callable[[], object], told: str) -> None:
    with pytest.raises(ValidationError, match=told):
        make()


def test_a_secret_in_clear_is_refused() -> None:
    with pytest.raises(RigError, match="takes a secret from the store"):
        PagerDuty(routing_key="in clear")  # type: ignore[arg-type]


def test_nginx_brings_its_exporter_target_and_rules() -> None:
    rig = Rig(
        machine=Machine(os="debian13"),
        nginx=NginxSettings(exporter_port=9113),
        prometheus=PrometheusSettings(),
    )
    nginx, prometheus = rig.of("nginx"), rig.of("prometheus")
    assert nginx
    assert prometheus
    assert "prometheus-nginx-exporter" in nginx.packages
    assert Socket("127.0.0.1", 9113) in nginx.sockets
    assert scraped(prometheus)["nginx"] == ["127.0.0.1:9113"]
    (defaults,) = (one for one in nginx.files if one.path == "/etc/default/prometheus-nginx-exporter")
    assert b"--nginx.scrape-uri=http://127.0.0.1:8090/stub_status" in defaults.content


def test_the_certificates_of_nginx_sites_are_watched_by_their_own_names() -> None:
    site = Site(name="app", domains=["app.test", "b.test"], routes=[FixedResponse(body="a")])
    wild = Site(name="wild", domains=["*.wild.test"], routes=[FixedResponse(body="a")])
    rig = Rig(
        machine=Machine(os="debian13"),
        nginx=NginxSettings(sites=[site, wild], listen_addresses=["::"], https_port=8443),
        prometheus=PrometheusSettings(),
    )
    found = rig.of("prometheus")
    assert found
    assert scraped(found)["certificates"] == ["[::1]:8443", "[::1]:8443"]
    modules = loaded(found, "blackbox.yml")["modules"]
    names = {name: one["tcp"]["tls_config"]["server_name"] for name, one in modules.items()}
    assert names == {"tls_app": "app.test", "tls_wild": "any.wild.test"}
    assert "CertificateEnds" in {rule.name for rule in found.alerts}


def test_nginx_without_an_exporter_brings_neither() -> None:
    rig = Rig(machine=Machine(os="debian13"), nginx=NginxSettings(), prometheus=PrometheusSettings())
    nginx = rig.of("nginx")
    assert nginx
    assert (nginx.scrape_targets, nginx.alerts) == ((), ())
    assert not [name for name in nginx.packages if "exporter" in name]


def test_an_exporters_secrets_are_for_root_only() -> None:
    exporter = Exporter(
        "prometheus-redis-exporter",
        9121,
        environment=(("REDIS_PASSWORD", 'a"b$c\\d`e'),),
        secret=True,
        job="redis",
        up="redis_up",
    )
    found = with_exporter(Desired("redis"), exporter)
    (defaults,) = (file for file in found.files if file.path == "/etc/default/prometheus-redis-exporter")
    assert (defaults.mode, defaults.secret) == (0o600, True)
    assert b'REDIS_PASSWORD="a\\"b\\$c\\\\d\\`e"\n' in defaults.content
    assert not [probe for probe in found.probes if 'a"b' in probe.command]


@pytest.mark.parametrize("word", ["two words", 'a"b', "$HOME", "a\nb"])
def test_an_argument_that_systemd_would_take_apart_is_refused(word: str) -> None:
    with pytest.raises(ValueError, match="would take"):
        _ = Daemon("prometheus-toy-exporter", 9999, arguments=(word,)).files
