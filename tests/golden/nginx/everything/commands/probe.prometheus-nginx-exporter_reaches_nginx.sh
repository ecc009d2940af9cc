curl -fsS --max-time 5 http://127.0.0.1:9213/metrics | grep -x 'nginx_up 1' >/dev/null
