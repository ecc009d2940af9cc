"""Certificates in files on a host: whose they are, who issued them, when they end. Standard library only."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timezone

from facts.tool_output import ToolOutput, message
from facts.values import Failed, NotSupported, Value, shown, text, unreadable

START = "rigwright-certificate "
FIELDS = re.compile(r"^(subject|issuer|notBefore|notAfter|serial)=\s*(.*)$")
ALTERNATIVE = re.compile(r"(?:DNS|IP Address):([^,\s]+)")
TIME = "%b %d %H:%M:%S %Y GMT"

SCRIPT = """
[ -d "$1" ] || exit 3
command -v openssl >/dev/null || exit 127
[ -r "$1" ] && [ -x "$1" ] || { echo "$1: Permission denied" >&2; exit 1; }
find -L "$1" -type f \\( -name '*.pem' -o -name '*.crt' \\) 2>/dev/null | sort | while read -r path; do
    if [ -r "$path" ]; then
        grep -qs 'BEGIN CERTIFICATE' "$path" || continue
        printf '%s%s\\n' 'rigwright-certificate ' "$path"
        openssl x509 -in "$path" -noout -subject -issuer -startdate -enddate -serial -nameopt RFC2253 \\
            -ext subjectAltName 2>&1 || :
    else
        printf '%s%s\\n%s\\n' 'rigwright-certificate ' "$path" 'Permission denied'
    fi
done
"""
"""A line with the path of each file below the folder ``$1``, and then openssl's lines, or its message."""
NO_FOLDER, NOT_INSTALLED = 3, 127


@dataclass(frozen=True)
class Certificate:
    """The first certificate of a file, or why it cannot be read in each of its fields.

    Attributes:
        path: The file.
        subject: Whose it is, as RFC 2253 writes names.
        issuer: Who signed it.
        serial: Its number, in hexadecimal digits.
        names: Host names and addresses that it is for.
        not_before_seconds: From when on it is valid, since 1970.
        not_after_seconds: When it ends, since 1970.
    """

    path: str
    subject: Value[str]
    issuer: Value[str]
    serial: Value[str]
    names: Value[tuple[str, ...]]
    not_before_seconds: Value[int]
    not_after_seconds: Value[int]


@dataclass(frozen=True)
class Certificates:
    """The files of a folder by their paths; not supported where there is no such folder."""

    certificates: Value[tuple[Certificate, ...]]


def from_output(output: ToolOutput) -> Certificates:
    """The certificates by :data:`SCRIPT`."""
    if output.code == NO_FOLDER:
        return Certificates(NotSupported())
    if output.code == NOT_INSTALLED:
        return Certificates(Failed("not installed: openssl", "not_installed"))
    if output.code != 0:
        return Certificates(output.complaint)
    return parse(output.out)


def parse(raw: str) -> Certificates:
    """Total: whatever the output holds, this returns."""
    blocks: dict[str, list[str]] = {}
    current: list[str] = []
    for line in raw.split("\n"):
        if line.startswith(START):
            current = blocks.setdefault(line.removeprefix(START), [])
        else:
            current.append(line)
    return Certificates(tuple(_certificate(path, lines) for path, lines in sorted(blocks.items())))


def _certificate(path: str, lines: Iterable[str]) -> Certificate:
    """One certificate from the lines of ``openssl x509``."""
    printed = list(lines)
    found = {match[1]: match[2].strip() for line in printed if (match := FIELDS.match(line))}
    if not found:
        failed = message(shown(" ".join(printed)) or "openssl printed nothing")
        return Certificate(path, failed, failed, failed, failed, failed, failed)
    return Certificate(
        path=path,
        subject=text(found.get("subject")),
        issuer=text(found.get("issuer")),
        serial=text(found.get("serial")),
        names=tuple(name for line in printed for name in ALTERNATIVE.findall(line)),
        not_before_seconds=_time(found.get("notBefore")),
        not_after_seconds=_time(found.get("notAfter")),
    )


def _time(raw: str | None) -> Value[int]:
    if raw is None:
        return NotSupported()
    try:
        when = datetime.strptime(" ".join(raw.split()), TIME).replace(tzinfo=timezone.utc)
    except ValueError:
        return unreadable(raw)
    return int(when.timestamp())
