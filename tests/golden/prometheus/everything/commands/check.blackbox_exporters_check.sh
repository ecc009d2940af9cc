prometheus-blackbox-exporter --config.check --config.file=/etc/prometheus/blackbox.yml
