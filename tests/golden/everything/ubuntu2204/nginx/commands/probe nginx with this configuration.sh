curl -fsS --max-time 5 http://127.0.0.1:8091/configuration | grep -qx 9c41583f44b547c0df768f70b9f2e4d8
