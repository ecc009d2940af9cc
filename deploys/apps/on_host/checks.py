"""Checks before a release: each asks this host at this moment, and says what to do where it fails."""

from __future__ import annotations

import errno
import http.client
import json
import os
import shutil
import socket
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from deploys.apps.on_host import check_readers as readers
from deploys.apps.on_host import containers, declared
from deploys.apps.on_host.declared import Declared
from deploys.apps.on_host.engine import Engine
from deploys.apps.on_host.record import Release

SECONDS = 20
OK = 200
BACKUPS = Path("/etc/rigwright/backup/protected.json")
BACKUP_METRICS = Path("/var/lib/prometheus/node-exporter/rigwright_backup.prom")
ALERTMANAGER = Path("/etc/prometheus/alertmanager.yml")
FIRING = "/api/v2/alerts?active=true&silenced=false&inhibited=false"


@dataclass(frozen=True)
class Candidate:
    """What is about to be released on this host."""

    app: Declared
    release: Release
    engine: Engine

    @property
    def rules(self) -> Mapping[str, Any]:
        """The application's settings of its checks."""
        found: Mapping[str, Any] = self.app.raw["checks"]
        return found

    @property
    def reference(self) -> str:
        """Its image by digest."""
        return f"{self.app.raw['image']}@{self.release.digest}"


Said = tuple[bool | None, str, str]
"""Whether it is good, or None where the host has nothing of the kind; what was found; what to do."""


def _disk(candidate: Candidate) -> Said:
    """The file system of the engine's images and containers, and that of records."""
    status, found = candidate.engine.request("GET", "/info")
    if status != OK:
        raise ValueError(found)
    folder, wanted = str(found["DockerRootDir"]), int(candidate.rules["free_disk"])
    free = shutil.disk_usage(folder).free
    says = f"{readers.size(free)} are free at {folder}, and {readers.size(wanted)} are wanted"
    return free >= wanted, says, "remove what is not needed there: docker system df, journalctl --disk-usage"


def _memory(candidate: Candidate) -> Said:
    """For the new instances, while the old ones run."""
    processes = candidate.app.processes
    wanted = sum(processes[name]["memory"] * count for name, count in candidate.release.instances.items())
    free = readers.available(Path("/proc/meminfo").read_text(encoding="ascii"))
    says = f"{readers.size(free)} are free, and the new instances may take {readers.size(wanted)}"
    return free >= wanted, says, "end what takes it, or lower memory or instances and apply"


def _slots(candidate: Candidate) -> Said:
    """The ports of the new instances: another program may have taken one."""
    wanted = declared.of(candidate.app, candidate.release)
    own = candidate.engine.containers(containers.APP, candidate.app.name)
    slots = [one for one in declared.slots(candidate.app) if (one.backend, one.name) in wanted]
    names = ", ".join(f"{one.backend}/{one.name}" for one in slots)
    for one in slots:
        if one.container not in own and _taken(one.port):
            return (
                False,
                f"port {one.port} of {one.backend}/{one.name} is taken",
                f"ss -lntp sport = :{one.port}",
            )
    return True, f"{names} are free", ""


def _taken(port: int) -> bool:
    with socket.socket() as one:
        one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            one.bind(("127.0.0.1", port))
        except OSError as error:
            return error.errno == errno.EADDRINUSE
    return False


def _image(candidate: Candidate) -> Said:
    """On this host, or in its registry by this digest, which is asked without a pull."""
    engine, reference = candidate.engine, candidate.reference
    if engine.image(reference):
        return True, "it is on this host", ""
    status, found = engine.request("GET", f"/distribution/{quote(reference, safe='/:@')}/json")
    says = found.get("message", "") if isinstance(found, dict) else str(found)
    good = status == OK
    return (
        good,
        "its registry has it" if good else f"it cannot be had: {says[:200]}",
        f"docker push of {reference}",
    )


def _secrets(candidate: Candidate) -> Said:
    empty = sorted(name for name, value in candidate.app.secrets.items() if not value.strip())
    if empty:
        return False, f"{', '.join(empty)} has no value", "rig secret set, and rig apply"
    return True, f"{len(candidate.app.secrets)} have values", ""


def _certificates(candidate: Candidate) -> Said:
    """Each that the web server of this host has by its configuration."""
    if not shutil.which("nginx"):
        return None, "there is no web server", ""
    days = int(candidate.rules["certificate_days"])
    printed = _printed("nginx", "-T")
    paths = readers.certificates(printed)
    ends = [
        path
        for path in paths
        if subprocess.run(
            ["openssl", "x509", "-noout", "-checkend", str(days * 86_400), "-in", path],
            capture_output=True,
            timeout=SECONDS,
            check=False,
        ).returncode
    ]
    if ends:
        return (
            False,
            f"{', '.join(ends)} ends within {days} days",
            "see why it is not renewed: rig drift, certbot renew",
        )
    return (True, f"{len(paths)} hold for {days} days", "") if paths else (None, "there is none", "")


def _backup(_: Candidate) -> Said:
    """By the metrics of backups, which are written each minute: each newest one against its promised age."""
    if not BACKUPS.exists():
        return None, "this host declares none", ""
    next_step = "rig backup shows which; make one first"
    age = readers.age(BACKUP_METRICS)
    if age > readers.METRICS_SECONDS:
        return (
            False,
            f"what is known of them is {age:.0f} s old",
            "systemctl status of what writes it: rig drift",
        )
    late, count = readers.late_backups(BACKUP_METRICS.read_text(encoding="utf-8"))
    return not late, ", ".join(late) or f"{count} are as new as promised", next_step


def _alerts(candidate: Candidate) -> Said:
    if not ALERTMANAGER.exists():
        return None, "there is no Alertmanager on this host", ""
    connection = http.client.HTTPConnection(
        "127.0.0.1", candidate.rules["alertmanager_port"], timeout=SECONDS
    )
    try:
        connection.request("GET", FIRING)
        response = connection.getresponse()
        if response.status != OK:
            raise ValueError(f"Alertmanager returns {response.status}")
        names = readers.firing(json.loads(response.read()))
    finally:
        connection.close()
    says = f"firing: {', '.join(names)}" if names else "none fires"
    return not names, says, "end what they are about, by their runbooks, or silence them"


def _clock(_: Candidate) -> Said:
    if shutil.which("chronyc"):
        good = readers.synchronised(_printed("chronyc", "-c", "-n", "tracking"))
    else:
        good = _printed("timedatectl", "show", "-p", "NTPSynchronized", "--value").strip() == "yes"
    return good, "it is synchronised" if good else "it is not synchronised", "chronyc sources"


def _printed(*command: str) -> str:
    return subprocess.run(
        command,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=True,
        env={**os.environ, "LC_ALL": "C"},
    ).stdout


CHECKS: Mapping[str, Callable[[Candidate], Said]] = {
    "image": _image,
    "disk": _disk,
    "memory": _memory,
    "slots": _slots,
    "secrets": _secrets,
    "certificates": _certificates,
    "backup": _backup,
    "alerts": _alerts,
    "clock": _clock,
}
"""All of them, in the order in which they are shown."""
