curl -fsS --max-time 5 http://127.0.0.1:8091/configuration | grep -qx 5f279eaf664bf14437b86f4ddf953dac
