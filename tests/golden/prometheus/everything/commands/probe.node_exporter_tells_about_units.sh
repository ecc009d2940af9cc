curl -fsS --max-time 10 http://127.0.0.1:9200/metrics | grep -x 'node_scrape_collector_success{collector="systemd"} 1' >/dev/null
