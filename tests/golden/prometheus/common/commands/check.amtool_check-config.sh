amtool check-config /etc/prometheus/alertmanager.yml
