curl -fsS --max-time 5 http://127.0.0.1:8090/configuration | grep -qx <digest of the configuration>
