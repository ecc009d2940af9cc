curl -fsS --max-time 5 http://127.0.0.1:8090/configuration | grep -qx 3b79ab2f1d739877d2e21e2652d8adec
