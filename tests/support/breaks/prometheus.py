"""What makes the claims about monitoring false."""

from __future__ import annotations

from tests.support.breaks.docker import refused
from tests.support.breaks.model import KEPT, Break, Claims

PROMETHEUS = "/etc/prometheus/prometheus.yml"
ALERTMANAGER = "/etc/prometheus/alertmanager.yml"
RELOAD = "systemctl reload prometheus; sleep 1"

_monitoring = Claims("test_prometheus")


def loaded(test: str, expression: str) -> Break:
    """By a file that Prometheus has loaded."""
    return _monitoring.edited(test, PROMETHEUS, expression, after=RELOAD, touches="prometheus")


BREAKS = (
    _monitoring.unit(
        "test_its_services_run_and_come_back_after_a_boot", "disable", "prometheus-pushgateway.service"
    ),
    _monitoring.listened("test_everything_of_monitoring_listens_on_loopback_only", "prometheus-b", 7190),
    _monitoring.ran("test_every_target_is_up", *refused(9191, "prometheus")),
    _monitoring.ran(
        "test_every_rule_is_loaded_and_none_fails",
        f"mv /etc/prometheus/rules.d/rigwright-nginx.yml {KEPT}",
        f"mv {KEPT}/rigwright-nginx.yml /etc/prometheus/rules.d",
        after=RELOAD,
        touches="prometheus",
    ),
    loaded(
        "test_the_running_prometheus_has_the_inventorys_times", "s/scrape_interval: 5s/scrape_interval: 6s/"
    ),
    loaded("test_prometheus_sends_alerts_to_the_alertmanager", "/^alerting:/,/^rule_files/s/9193/9194/"),
    _monitoring.edited(
        "test_failed_units_can_be_seen",
        "/etc/default/prometheus-node-exporter",
        "s/--collector.systemd/--no-collector.systemd/",
        after="systemctl restart prometheus-node-exporter; sleep 1",
        touches="node-exporter",
    ),
    _monitoring.ran(
        "test_the_node_exporter_sees_the_hosts_file_systems_and_no_view_of_its_own",
        "d=/run/systemd/system/prometheus-node-exporter.service.d; mkdir -p $d; "
        "printf '[Service]\\nPrivateTmp=yes\\n' >$d/zz.conf; systemctl daemon-reload",
        "rm -r /run/systemd/system/prometheus-node-exporter.service.d; systemctl daemon-reload",
        after="systemctl restart prometheus-node-exporter; sleep 1",
        touches="node-exporter",
    ),
    _monitoring.ran(
        "test_prometheus_own_tool_finds_nothing_wrong",
        "echo 'groups: [{}]' >/etc/prometheus/rules.d/zz.yml",
        "rm /etc/prometheus/rules.d/zz.yml",
        touches="prometheus",
    ),
    _monitoring.moded("test_other_users_cannot_read_who_receives_alerts", ALERTMANAGER, "644"),
    _monitoring.edited(
        "test_alerts_reach_a_receiver",
        ALERTMANAGER,
        's/severity="critical"/severity="crucial"/',
        touches="amtool",
    ),
    _monitoring.loosened(
        "test_the_units_are_confined",
        "/etc/systemd/system/prometheus-blackbox-exporter.service.d/hardening.conf",
    ),
    loaded(
        "test_the_certificate_of_every_site_is_watched",
        "s/instance: media.rig.test/instance: other.rig.test/",
    ),
)
