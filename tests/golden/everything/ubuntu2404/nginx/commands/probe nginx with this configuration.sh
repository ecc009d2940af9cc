curl -fsS --max-time 5 http://127.0.0.1:8091/configuration | grep -qx 55586d62813e4570c72ce55b7a46046b
