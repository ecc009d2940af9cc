"""A mail server that takes submissions, run on a lab host by its own Python: STARTTLS, AUTH, a mail.

``python3 submission.py PORT CERTIFICATE KEY RECORD [plain]`` appends what it received to RECORD, a line of
JSON for each connection. ``plain`` offers no STARTTLS, as an attacker in between would have it.
"""

from __future__ import annotations

import json
import socketserver
import ssl
import sys
from pathlib import Path
from typing import Any

PORT, CERTIFICATE, KEY, RECORD, *MORE = sys.argv[1:]


class Session(socketserver.StreamRequestHandler):
    """One connection."""

    def handle(self) -> None:
        """Talk until the client leaves, and keep what it sent."""
        self.record: dict[str, Any] = {"tls": None, "auth": None, "to": [], "mail": None}
        try:
            self.talk()
        except (OSError, ssl.SSLError) as error:
            self.record["error"] = type(error).__name__
        with Path(RECORD).open("a") as record:
            record.write(json.dumps(self.record) + "\n")

    def say(self, line: str) -> None:
        """Send a reply."""
        self.wfile.write(f"{line}\r\n".encode())
        self.wfile.flush()

    def talk(self) -> None:
        """RFC 5321, as much as a client needs."""
        self.say("220 mail.rig.test")
        while line := self.rfile.readline().decode().strip():
            verb = line.split(" ", 1)[0].upper()
            if verb == "EHLO":
                offers = ["AUTH PLAIN"] if self.record["tls"] or MORE else ["STARTTLS"]
                self.say("250-mail.rig.test")
                self.say(f"250 {offers[0]}")
            elif verb == "STARTTLS" and not MORE:
                self.encrypt()
            elif verb == "AUTH":
                self.record["auth"] = line.split(" ")[-1]
                self.say("235 welcome")
            elif verb == "RCPT":
                self.record["to"].append(line.split("<", 1)[1].split(">", 1)[0])
                self.say("250 ok")
            elif verb == "DATA":
                self.say("354 go on")
                self.record["mail"] = b"".join(iter(self.rfile.readline, b".\r\n")).decode()
                self.say("250 taken")
            else:
                self.say("221 bye" if verb == "QUIT" else "250 ok")

    def encrypt(self) -> None:
        """From here on by TLS."""
        self.say("220 go on")
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(CERTIFICATE, KEY)
        secured = context.wrap_socket(self.request, server_side=True)
        self.rfile, self.wfile = secured.makefile("rb"), secured.makefile("wb")
        self.record["tls"] = secured.version()


socketserver.ThreadingTCPServer.allow_reuse_address = True
with socketserver.ThreadingTCPServer(("127.0.0.1", int(PORT)), Session) as server:
    server.serve_forever()
