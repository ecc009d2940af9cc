"""Monitoring: files that others write too, and services of several packages."""

CHANGES = {
    ("file.content", "/etc/prometheus/prometheus.yml"): "echo '# mine' >>/etc/prometheus/prometheus.yml",
    (
        "file.unmanaged",
        "/etc/prometheus/rules.d/mine.yml",
    ): "echo 'groups: []' >/etc/prometheus/rules.d/mine.yml",
    ("file.missing", "/etc/prometheus/rules.d/rigwright-prometheus.yml"): (
        "rm /etc/prometheus/rules.d/rigwright-prometheus.yml"
    ),
    ("file.mode", "/etc/prometheus/alertmanager.yml"): "chmod 644 /etc/prometheus/alertmanager.yml",
    (
        "file.content",
        "/etc/default/prometheus-node-exporter",
    ): "echo 'ARGS=' >/etc/default/prometheus-node-exporter",
    ("unit.enabled", "prometheus-alertmanager.service"): "systemctl disable -q prometheus-alertmanager",
    ("unit.state", "prometheus-node-exporter.service"): "systemctl stop prometheus-node-exporter",
}

EVERYTHING = {
    ("unit.state", "prometheus-pushgateway.service"): "systemctl stop prometheus-pushgateway",
    ("file.content", "/etc/prometheus/blackbox.yml"): "echo '# mine' >>/etc/prometheus/blackbox.yml",
}
