curl -fsS --max-time 5 http://127.0.0.1:8090/configuration | grep -qx 4c96086be9a1f1560780953f14590e10
