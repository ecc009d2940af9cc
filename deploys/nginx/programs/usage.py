"""Print what the web server of this host serves, and which certificates, as one JSON object (read-only)."""

from __future__ import annotations

import fnmatch
import glob
import json
import os
import re
import subprocess
import sys
from typing import Any

PREFIX = "/etc/nginx"
RENEWALS = "/etc/letsencrypt/renewal/*.conf"
APACHE = "/etc/apache2/sites-enabled/*"
TIMEOUT_SECONDS = 10
DEEPEST = 12
SECTION = re.compile(r"^# configuration file (.*):$", re.MULTILINE)
TOKEN = re.compile(r"""\s+|#[^\n]*|([;{}])|"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|((?:[^\s;{}\\]|\\.)+)""")

Directive = tuple[list[str], list[Any]]
"""Its words, and what is in its block."""


def run(*argv: str) -> str:
    """What a command prints, empty where it fails."""
    try:
        done = subprocess.run(
            argv, capture_output=True, text=True, errors="replace", check=False, timeout=TIMEOUT_SECONDS
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout if done.returncode == 0 else ""


def parse(text: str) -> list[Directive]:
    """The directives of one file of nginx's configuration."""
    blocks: list[list[Directive]] = [[]]
    words: list[str] = []
    for match in TOKEN.finditer(text):
        mark, double, single, plain = match.groups()
        word = next((one for one in (double, single, plain) if one is not None), None)
        if word is not None:
            words.append(word)
        elif mark == ";":
            blocks[-1].append((words, []))
            words = []
        elif mark == "{":
            inner: list[Directive] = []
            blocks[-1].append((words, inner))
            blocks.append(inner)
            words = []
        elif mark == "}" and len(blocks) > 1:
            blocks.pop()
            words = []
    return blocks[0]


def sections(output: str) -> dict[str, list[Directive]]:
    """The files that ``nginx -T`` prints, by path."""
    parts = SECTION.split(output)
    return {path: parse(text) for path, text in zip(parts[1::2], parts[2::2], strict=False)}


def flat(directives: list[Directive], files: dict[str, list[Directive]], depth: int = 0) -> list[Directive]:
    """The directives with those of the files that they include."""
    found: list[Directive] = []
    for words, inner in directives:
        if words[:1] == ["include"] and len(words) > 1 and depth < DEEPEST:
            pattern = words[1] if words[1].startswith("/") else f"{PREFIX}/{words[1]}"
            for path in fnmatch.filter(files, pattern):
                found += flat(files[path], files, depth + 1)
        else:
            found.append((words, inner))
    return found


def servers(files: dict[str, list[Directive]]) -> list[dict[str, Any]]:
    """Every server block of HTTP: its names, its sockets and its certificate."""
    found: list[dict[str, Any]] = []

    def walk(path: str, directives: list[Directive]) -> None:
        for words, inner in directives:
            if words[:1] == ["server"] and inner:
                own = flat(inner, files)
                named = [word for name, _ in own if name[:1] == ["server_name"] for word in name[1:]]
                listens = [" ".join(name[1:]) for name, _ in own if name[:1] == ["listen"]]
                held = [name[1] for name, _ in own if name[:1] == ["ssl_certificate"] and len(name) > 1]
                found.append({"file": path, "names": named, "listens": listens, "certificates": held})
            elif words[:1] == ["http"]:
                walk(path, inner)

    for path, directives in files.items():
        walk(path, directives)
    return found


def certificate(path: str) -> dict[str, Any] | None:
    """Who a certificate is from and for; None where there is none."""
    text = run(
        "openssl", "x509", "-in", path, "-noout", "-subject", "-issuer", "-enddate", "-ext", "subjectAltName"
    )
    if not text:
        return None
    rows = dict(line.split("=", 1) for line in text.splitlines() if "=" in line)
    return {
        "issuer": rows.get("issuer", "").strip(),
        "self_signed": rows.get("issuer", "").strip() == rows.get("subject", "").strip(),
        "ends": rows.get("notAfter", ""),
        "names": re.findall(r"DNS:([^,\s]+)", text),
    }


def lineages() -> list[dict[str, Any]]:
    """What certbot renews, and how."""
    found: list[dict[str, Any]] = []
    for path in sorted(glob.glob(RENEWALS)):
        try:
            with open(path, encoding="utf-8", errors="replace") as file:
                text = file.read()
        except OSError:
            continue
        rows = dict(re.findall(r"^\s*(\w+)\s*=\s*(.*)$", text, re.MULTILINE))
        webroot = rows.get("webroot_path", "").strip().strip(",").split(",")[0].strip()
        found.append(
            {
                "name": os.path.basename(path).removesuffix(".conf"),
                "authenticator": rows.get("authenticator", "").strip(),
                "webroot": webroot.rstrip("/") or None,
            }
        )
    return found


def apache() -> list[str]:
    """The names that a running Apache serves."""
    if not run("systemctl", "is-active", "apache2.service").startswith("active"):
        return []
    found: set[str] = set()
    for path in glob.glob(APACHE):
        try:
            with open(path, encoding="utf-8", errors="replace") as file:
                text = file.read()
        except OSError:
            continue
        for row in re.findall(r"^\s*Server(?:Name|Alias)\s+(.+)$", text, re.MULTILINE | re.IGNORECASE):
            found.update(row.split())
    return sorted(found) or ["the default site"]


def main() -> int:
    """Print all that is served."""
    runs = run("systemctl", "is-active", "nginx.service").startswith("active")
    found = servers(sections(run("nginx", "-T"))) if os.path.exists("/usr/sbin/nginx") else []
    paths = {path for one in found for path in one["certificates"]}
    known = {path: about for path in sorted(paths) if (about := certificate(path))}
    served = {
        "runs": runs,
        "servers": found,
        "certificates": known,
        "lineages": lineages(),
        "apache": apache(),
    }
    sys.stdout.write(json.dumps(served) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
