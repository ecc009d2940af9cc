curl -fsS --max-time 5 http://127.0.0.1:8091/configuration | grep -qx 8068630be55d0262ee29080132304f20
