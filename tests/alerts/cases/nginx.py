"""nginx."""

from tests.alerts.case import Case, Fires

WHO = '{instance="n", job="nginx"}'
LABELS = {"instance": "n", "job": "nginx"}

CASES = (
    Case(
        "NginxDown",
        {f"nginx_up{WHO}": "0+0x120"},
        Fires("nginx does not respond", "Its exporter gets no response from it on loopback.", LABELS),
    ),
    Case("NginxDown", {f"nginx_up{WHO}": "1+0x120"}),
    Case("NginxDown", {f"nginx_up{WHO}": "1+0x58 0 1+0x60"}, at="29m30s"),  # once is no state
    Case(
        "NginxConnectionsDropped",
        {
            f"nginx_connections_accepted{WHO}": "0+300x120",
            f"nginx_connections_handled{WHO}": "0+240x120",
        },
        Fires(
            "nginx closes connections that it cannot take",
            "2 a second, for lack of worker_connections or of open files.",
            LABELS,
        ),
    ),
    Case(
        "NginxConnectionsDropped",
        {
            f"nginx_connections_accepted{WHO}": "5+300x120",
            f"nginx_connections_handled{WHO}": "0+300x120",  # some were dropped long ago
        },
    ),
)
