promtool check config /etc/prometheus/prometheus.yml
