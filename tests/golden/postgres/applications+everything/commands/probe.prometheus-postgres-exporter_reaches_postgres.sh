curl -fsS --max-time 5 http://127.0.0.1:9287/metrics | grep -x 'pg_up 1' >/dev/null
