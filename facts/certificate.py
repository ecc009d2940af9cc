"""Certificates in files on a host: whose they are, who issued them, and when they end."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime, timezone
from typing import TypedDict

from pyinfra.api.command import QuoteString, StringCommand
from pyinfra.api.facts import FactBase

START = "rigwright-certificate "
FIELDS = re.compile(r"^(subject|issuer|notBefore|notAfter|serial)=\s*(.*)$")
ALTERNATIVE = re.compile(r"(?:DNS|IP Address):([^,\s]+)")
TIME = "%b %d %H:%M:%S %Y GMT"

# One file a line; openssl's own message stands in the place of a certificate that it cannot read.
SCRIPT = """
find -L "$1" -type f \\( -name '*.pem' -o -name '*.crt' \\) 2>/dev/null | sort | while read -r path; do
    grep -qs 'BEGIN CERTIFICATE' "$path" || continue
    printf '%s%s\\n' '{start}' "$path"
    openssl x509 -in "$path" -noout -subject -issuer -startdate -enddate -serial -nameopt RFC2253 \
        -ext subjectAltName 2>&1 || :
done
"""


class Certificate(TypedDict):
    """The first certificate of a file. Times are UTC; what could not be read is None.

    ``error`` holds openssl's words where the file is none that it can read, else None.
    """

    subject: str | None
    issuer: str | None
    serial: str | None
    names: list[str]
    not_before: datetime | None
    not_after: datetime | None
    error: str | None


class Certificates(FactBase[dict[str, Certificate]]):
    """Every certificate file (``*.pem``, ``*.crt``) below a folder, by its path."""

    default = dict

    def command(self, folder: str = "/etc/nginx/tls") -> StringCommand:
        """One command for the whole folder."""
        script = SCRIPT.replace("{start}", START)
        return StringCommand("sh", "-c", QuoteString(script), "certificates", QuoteString(folder))

    def process(self, output: Iterable[str]) -> dict[str, Certificate]:
        """Total: whatever the output holds, this returns."""
        blocks: dict[str, list[str]] = {}
        current: list[str] = []
        for line in output:
            if line.startswith(START):
                current = blocks.setdefault(line.removeprefix(START), [])
            else:
                current.append(line)
        return {path: parse(lines) for path, lines in blocks.items()}


def parse(lines: Iterable[str]) -> Certificate:
    """One certificate from the lines of ``openssl x509``."""
    text = list(lines)
    found = {match[1]: match[2].strip() for line in text if (match := FIELDS.match(line))}
    names = [name for line in text for name in ALTERNATIVE.findall(line)]
    return {
        "subject": found.get("subject"),
        "issuer": found.get("issuer"),
        "serial": found.get("serial"),
        "names": names,
        "not_before": _time(found.get("notBefore")),
        "not_after": _time(found.get("notAfter")),
        "error": None if found else " ".join(text).strip() or "openssl said nothing",
    }


def _time(text: str | None) -> datetime | None:
    try:
        return datetime.strptime(" ".join((text or "").split()), TIME).replace(tzinfo=timezone.utc)
    except ValueError:
        return None
