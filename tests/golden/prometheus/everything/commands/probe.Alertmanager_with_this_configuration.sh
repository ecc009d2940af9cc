python3 - <<'END'
# The Alertmanager shows the first 48 bits of the MD5 of the file that it runs with.
import hashlib, re, urllib.request
with open("/etc/prometheus/alertmanager.yml", "rb") as file:
    wanted = int.from_bytes(hashlib.md5(file.read()).digest()[:6], "little")
with urllib.request.urlopen("http://127.0.0.1:9193/metrics", timeout=5) as answer:
    found = re.search(r"^alertmanager_config_hash (\S+)$", answer.read().decode(), re.MULTILINE)
raise SystemExit(0 if found and float(found.group(1)) == wanted else 1)
END
