curl -fsS --max-time 5 http://127.0.0.1:8090/configuration | grep -qx abebf89dde7ec391717c43cd0d0c4540
