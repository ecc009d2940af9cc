curl -fsS --max-time 5 http://127.0.0.1:5001/v2/
