curl -fsS --max-time 5 http://127.0.0.1:9227/metrics | grep -x 'pgbouncer_up 1' >/dev/null
