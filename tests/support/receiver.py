"""A receiver on a lab host, and what the Alertmanager posted to a webhook, Slack or PagerDuty there."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from tests.support.target import Target

PORT = 9098
LOG = "/root/received"
UNIT = "t-receiver"
PROGRAM = f"""
import http.server, json
class Receiver(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        # PagerDuty refuses an event without a summary, and Slack responds in one word.
        good = "payload" not in body or body["payload"]["summary"].strip()
        with open("{LOG}", "a") as log:
            log.write(json.dumps([self.path, body if good else None]) + "\\n")
        self.send_response(200 if good else 400)
        self.end_headers()
        self.wfile.write(b"ok")
    def log_message(self, *_):
        pass
http.server.ThreadingHTTPServer(("127.0.0.1", {PORT}), Receiver).serve_forever()
"""


@dataclass(frozen=True)
class Notification:
    """One alert in one message."""

    path: str
    status: str
    labels: dict[str, str]
    annotations: dict[str, str]

    @property
    def name(self) -> str:
        """What the alert is called."""
        return self.labels["alertname"]


class Receiver:
    """The receiver of one host."""

    def __init__(self, target: Target) -> None:
        self._target = target
        target.sh(f"cat >/root/receiver.py <<'END'\n{PROGRAM}END\n: >{LOG}")
        target.sh(f"systemd-run -q --collect --unit={UNIT} python3 /root/receiver.py")
        target.sh(f"until ss -Hltn | grep -q :{PORT}; do sleep 0.1; done")

    def url(self, path: str) -> str:
        """Where alerts are posted to."""
        return f"http://127.0.0.1:{PORT}/{path}"

    def forget(self) -> None:
        """Begin anew."""
        self._target.sh(f": >{LOG}")

    def posted(self, path: str) -> list[Any]:
        """The JSON of each message that came to this path; None for one that was refused."""
        lines = self._target.sh(f"cat {LOG}").splitlines()
        return [body for at, body in map(json.loads, lines) if at == f"/{path}"]

    def received(self, path: str, status: str) -> list[Notification]:
        """What came to this path, a webhook's, in this state."""
        alerts = (alert for body in self.posted(path) for alert in body["alerts"])
        found = (Notification(path, one["status"], one["labels"], one["annotations"]) for one in alerts)
        return [one for one in found if one.status == status]
