"""Which versions each operating system packages; what differs between them is avoided, not branched on.

Secrets stand in ``alertmanager.yml`` itself, not in files of their own: files are taken for Slack by all of
these, for PagerDuty and mail from 0.25 on, and for webhooks from 0.26 on.
"""

from __future__ import annotations

from collections.abc import Mapping

from rigwright.settings.platform import Os

VERSIONS: Mapping[Os, Mapping[str, str]] = {
    "debian12": {
        "prometheus": "2.42",
        "prometheus-alertmanager": "0.25",
        "prometheus-node-exporter": "1.5",
        "prometheus-blackbox-exporter": "0.23",
        "prometheus-pushgateway": "1.5",
    },
    "debian13": {
        "prometheus": "2.53",
        "prometheus-alertmanager": "0.28",
        "prometheus-node-exporter": "1.9",
        "prometheus-blackbox-exporter": "0.26",
        "prometheus-pushgateway": "1.11",
    },
    "ubuntu2204": {
        "prometheus": "2.31",
        "prometheus-alertmanager": "0.23",
        "prometheus-node-exporter": "1.3",
        "prometheus-blackbox-exporter": "0.19",
        "prometheus-pushgateway": "1.4",
    },
    "ubuntu2404": {
        "prometheus": "2.45",
        "prometheus-alertmanager": "0.26",
        "prometheus-node-exporter": "1.7",
        "prometheus-blackbox-exporter": "0.24",
        "prometheus-pushgateway": "1.7",
    },
}
