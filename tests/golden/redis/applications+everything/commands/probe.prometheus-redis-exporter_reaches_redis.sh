curl -fsS --max-time 5 http://127.0.0.1:9221/metrics | grep -x 'redis_up 1' >/dev/null
