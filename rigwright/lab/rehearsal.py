"""A change tried on a lab host that stands in for a real one: its past, and its visitors meanwhile."""

from __future__ import annotations

import contextlib
import http.client
import json
import re
import socket
import ssl
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rigwright.desired import TlsName
from rigwright.errors import RigError
from rigwright.observed.manifest import Applied
from rigwright.remote.ssh import Connection
from rigwright.repository import ROOT

PREFIX = "twin-"
LONGEST_NAME = 63
VARIABLE = "RIG_TWIN_OF"
INVENTORY = "inventories/twin.py"
MANIFESTS = (
    'for one in /var/lib/rigwright/manifests/*.json; do [ ! -e "$one" ] || { cat "$one"; echo; }; done'
)
DIRTY = "-dirty"
EVERY_SECONDS = 0.2
SERVER_ERROR = 500


def lab_name(host: str) -> str:
    """The lab host that stands in for a host of this name."""
    return (PREFIX + re.sub(r"[^a-z0-9-]", "-", host.lower()))[:LONGEST_NAME].rstrip("-")


def last_applied(connection: Connection, host: str) -> Applied | None:
    """Who applied to a host last, and which revision; None where no one did.

    Raises:
        RigError: Its manifests cannot be read.
    """
    return newest(connection.root(["sh", "-c", MANIFESTS]).stdout, host)


def newest(manifests: str, host: str) -> Applied | None:
    """The newest apply of those that these manifests name, JSON objects one after the other.

    Raises:
        RigError: They are none.
    """
    try:
        found = _documents(manifests)
        applied = [Applied(str(one["by"]), str(one["revision"]), str(one["at"])) for one in found]
    except (ValueError, KeyError, TypeError) as error:
        next_step = f"rig drift --limit {host}"
        raise RigError("its manifests are damaged", host=host, next_step=next_step) from error
    return max(applied, key=lambda one: one.at, default=None)


def _documents(text: str) -> Iterator[Any]:
    decoder, rest = json.JSONDecoder(), text.strip()
    while rest:
        document, end = decoder.raw_decode(rest)
        yield document
        rest = rest[end:].lstrip()


@contextlib.contextmanager
def checkout(revision: str) -> Iterator[Path]:
    """The repository as it was at a commit, with the lab's secrets of this one.

    Raises:
        RigError: There is no such commit, or it knows no rehearsal.
    """
    commit = revision.removesuffix(DIRTY)
    if _git("cat-file", "-e", f"{commit}:{INVENTORY}").returncode:
        raise RigError(
            f"revision {commit} is not in this repository, or is older than rig rehearse",
            next_step="git fetch, or rehearse on a bare host: rig rehearse --from none",
        )
    with tempfile.TemporaryDirectory(prefix="rigwright-") as folder:
        tree = Path(folder) / "repository"
        done = _git("worktree", "add", "--quiet", "--detach", str(tree), commit)
        if done.returncode:
            raise RigError(f"git made no worktree: {done.stderr.strip()}", next_step="git worktree prune")
        try:
            (ROOT / ".lab").mkdir(exist_ok=True)
            (tree / ".lab").symlink_to(ROOT / ".lab")
            yield tree
        finally:
            _git("worktree", "remove", "--force", str(tree))


def _git(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["git", "-C", str(ROOT), *words], capture_output=True, text=True, check=False)


@dataclass
class Visits:
    """What visitors got.

    Attributes:
        requests: How many were sent.
        failed: When, in seconds since the first, and how each failed one did.
    """

    requests: int = 0
    failed: list[tuple[float, str]] = field(default_factory=list)


@contextlib.contextmanager
def visited(address: str, names: Sequence[TlsName]) -> Iterator[Visits]:
    """Within, each name that a host serves is requested over HTTPS, again and again, without a second try."""
    visits, ending, began = Visits(), threading.Event(), time.monotonic()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE

    def visit() -> None:
        while not ending.wait(EVERY_SECONDS):
            for one in names:
                visits.requests += 1
                if why := _request(address, one, context):
                    visits.failed.append((time.monotonic() - began, f"{one.domain}: {why}"))

    thread = threading.Thread(target=visit, daemon=True)
    thread.start()
    try:
        yield visits
    finally:
        ending.set()
        thread.join()


def _request(address: str, name: TlsName, context: ssl.SSLContext) -> str:
    """Why a request failed; empty where it was answered by less than a server's error."""
    domain = name.domain.replace("*", "any")
    connection = http.client.HTTPConnection(domain)
    try:
        plain = socket.create_connection((address, name.port), timeout=10)
        connection.sock = context.wrap_socket(plain, server_hostname=domain)
        connection.request("GET", "/")
        status = connection.getresponse().status
    except (OSError, http.client.HTTPException) as error:
        return str(error) or type(error).__name__
    finally:
        connection.close()
    return str(status) if status >= SERVER_ERROR else ""
