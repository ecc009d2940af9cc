"""What makes the claims about the metrics of hardware false."""

from __future__ import annotations

from tests.support.breaks.base import METRICS, added
from tests.support.breaks.model import Claims

_health = Claims("test_health")
_plain = Claims("test_health", "plain")

BREAKS = (
    _health.unit(
        "test_the_hardware_is_queried_by_a_timer_that_comes_back_after_a_boot",
        "disable",
        "rigwright-health.timer",
    ),
    _health.edited(
        "test_the_service_has_few_rights",
        "/etc/systemd/system/rigwright-health.service",
        "s/^PrivateNetwork=yes/PrivateNetwork=no/",
        after="systemctl daemon-reload",
        touches="rigwright-health.service",
    ),
    added(_health, "test_it_left_no_run_failed", "rigwright-health.service", "exit 1"),
    added(
        _health,
        "test_prometheus_reads_the_file",
        "rigwright-health.service",
        f"chmod 664 {METRICS}/rigwright_health.prom",
    ),
    added(
        _plain,
        "test_only_hardware_of_the_inventory_has_metrics",
        "rigwright-health.service",
        (
            'printf "# HELP rigwright_gpu_x Seen.\\n# TYPE rigwright_gpu_x gauge\\nrigwright_gpu_x 1\\n" '
            f">>{METRICS}/rigwright_health.prom"
        ),
    ),
)
ELSEWHERE = {
    "test_health::test_every_device_of_the_inventory_is_there_and_responds": (
        "devices: a container shows none"
    )
}
