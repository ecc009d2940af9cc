"""Applications on a running host, by HAProxy's own statistics, by the engine, and by requests."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from deploys.apps.settings import App, AppsSettings, Process
from rigwright.inventory.load import Host

RECORDS = "/var/lib/rigwright/apps"
STATISTICS = """
import json, socket
s = socket.socket(socket.AF_UNIX); s.connect("/run/haproxy/admin.sock"); s.sendall(b"show stat\\n")
text = b""
while part := s.recv(65536): text += part
names, *rows = text.decode().strip().splitlines()
names = names.lstrip("# ").split(",")
print(json.dumps([dict(zip(names, row.split(","))) for row in rows]))
"""


@pytest.fixture(scope="module")
def apps(described: Host) -> AppsSettings:
    settings = getattr(described.rig, "apps", None)
    if settings is None:
        pytest.skip("the inventory has no applications for this host")
    found: AppsSettings = settings
    return found


def processes(apps: AppsSettings) -> Iterator[tuple[App, Process]]:
    for app in apps.apps:
        yield from ((app, process) for process in app.processes)


def servers(host: Any) -> dict[str, dict[str, Mapping[str, str]]]:
    """Each slot as HAProxy counts it, by process."""
    rows = json.loads(host.check_output("python3 -c %s", STATISTICS))
    found: dict[str, dict[str, Mapping[str, str]]] = {}
    for row in rows:
        if row["svname"] not in ("FRONTEND", "BACKEND"):
            found.setdefault(row["pxname"], {})[row["svname"]] = row
    return found


def live(host: Any, app: App) -> Mapping[str, Any] | None:
    """The release that is recorded as live."""
    file = host.file(f"{RECORDS}/{app.name}.json")
    found: Mapping[str, Any] | None = json.loads(file.content_string)["live"] if file.exists else None
    return found


def test_haproxy_runs_and_comes_back_after_a_boot(host: Any, apps: AppsSettings) -> None:  # noqa: ARG001
    unit = host.service("haproxy")
    assert unit.is_running
    assert unit.is_enabled
    assert host.service("rigwright-apps").is_enabled


def test_haproxy_listens_on_loopback_alone(host: Any, apps: AppsSettings) -> None:
    lines = [line.split() for line in host.check_output("ss -H -lntp").splitlines() if '"haproxy"' in line]
    assert {words[3] for words in lines} == {f"127.0.0.1:{process.listen}" for _, process in processes(apps)}


def test_each_instance_that_there_may_be_has_a_slot(host: Any, apps: AppsSettings) -> None:
    found = servers(host)
    for app, process in processes(apps):
        most = process.max_instances or process.instances
        ports = {
            f"{side}{number + 1}": process.slots_from + number + (most if side == "b" else 0)
            for side in "ab"
            for number in range(most)
        }
        shown = found[f"{app.name}-{process.name}"]
        assert {name: int(row["addr"].rpartition(":")[2]) for name, row in shown.items()} == ports


def test_requests_go_to_the_release_that_is_recorded_and_nowhere_else(host: Any, apps: AppsSettings) -> None:
    found = servers(host)
    for app, process in processes(apps):
        release = live(host, app)
        count = release["instances"].get(process.name, 0) if release else 0
        side = release["side"] if release else ""
        shown = found[f"{app.name}-{process.name}"]
        assert {name for name, row in shown.items() if row["status"].startswith("UP")} == {
            f"{side}{number + 1}" for number in range(count)
        }


def test_an_application_serves_the_digest_that_is_recorded(host: Any, apps: AppsSettings) -> None:
    """A ready response names it; without a release there is none."""
    for app, process in processes(apps):
        release = live(host, app)
        url = f"http://127.0.0.1:{process.listen}{process.ready_path}"
        status = host.check_output("curl -s -o /dev/null -w '%%{http_code}' --max-time 10 %s", url)
        assert status == ("200" if release else "503"), app.name
        if release:
            shown = json.loads(host.check_output("curl -s --max-time 10 %s", url))
            for key in process.gate.field.split("."):
                shown = shown[key]
            assert shown == release["digest"].removeprefix("sha256:")[:12]


def test_only_root_reads_the_secrets_of_applications(host: Any, apps: AppsSettings) -> None:
    for app in apps.apps:
        file = host.file(f"/etc/rigwright/apps/{app.name}.secrets.json")
        assert (file.user, file.mode) == ("root", 0o600)
