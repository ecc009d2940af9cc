"""The nightly check reports on the host alone what ``rig drift`` reports from the repository."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import re
import time
from collections.abc import Iterator
from typing import cast

import pytest

from rigwright.desired import Desired, Directory, File, Probe, RuntimeState, Step
from rigwright.settings.platform import Os
from tests.lab.drift_cases import changes
from tests.support.command import rig
from tests.support.nightly_target import METRICS, NightlyTarget, identified, nightly_target
from tests.support.target import Target

DROP_IN = "/etc/systemd/system/nginx.service.d/zz-mine.conf"
TIMER_DROP_IN = "/etc/systemd/system/logrotate.timer.d/mine.conf"
LISTEN = (
    "systemd-run -q --collect --unit=stranger "
    "python3 -c 'import socket, time; s = socket.create_server((\"\", 8080)); time.sleep(600)'"
)
MORE = {
    ("base", "package.missing", "needrestart"): "dpkg --remove --force-depends needrestart",
    ("rigwright", "socket.unmanaged", "tcp 0.0.0.0:8080"): LISTEN,
    (
        "rigwright",
        "unit.override",
        TIMER_DROP_IN,
    ): f"mkdir -p {TIMER_DROP_IN.rpartition('/')[0]}; printf '[Timer]\\n' >{TIMER_DROP_IN}",
    (
        "nginx",
        "unit.override",
        DROP_IN,
    ): f"printf '[Service]\\nNice=1\\n' >{DROP_IN}; systemctl daemon-reload",
}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """On Debian 13, on both releases when every case is to be tried, or on what ``--os`` names."""
    more = ["debian12"] if metafunc.config.getoption("--exhaustive") else []
    wanted = metafunc.config.getoption("--os") or ["debian13", *more]
    metafunc.parametrize("target", wanted, indirect=True, scope="module")


@pytest.fixture(scope="module")
def target(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[NightlyTarget]:
    """A host that is in sync."""
    system = cast("Os", request.param)
    name = f"n-{system.removeprefix('debian').removeprefix('ubuntu')}"
    with nightly_target(name, system, tmp_path_factory.mktemp("inventory")) as found:
        yield found


def metrics(target: NightlyTarget) -> dict[str, float]:
    """What the node exporter would read."""
    text = target.sh(f"cat {METRICS}/rigwright_drift.prom")
    return {name: float(value) for name, value in re.findall(r"^(\w\S*) (\S+)$", text, re.MULTILINE)}


def test_the_timer_waits_for_the_night(target: NightlyTarget) -> None:
    assert target.sh("systemctl is-enabled rigwright-drift.timer") == "enabled"
    assert "rigwright-drift.timer" in target.sh("systemctl list-timers --no-pager --no-legend")


def test_a_host_in_sync_is_reported_within_seconds(target: NightlyTarget) -> None:
    assert target.drift() == []
    assert (target.night(), target.service_result()) == (0, "success")
    assert target.result()["findings"] == []
    found = metrics(target)
    assert found['rigwright_drift_findings{subsystem="nginx"}'] == 0
    assert found["rigwright_drift_failed"] == 0
    assert abs(found["rigwright_drift_last_success_timestamp_seconds"] - time.time()) < 60
    assert target.sh(f"stat -c %a:%U {METRICS}/rigwright_drift.prom") == "644:root"
    assert target.sh("stat -c %a /var/lib/rigwright/drift.json") == "600"
    check = "time python3 -I /var/lib/rigwright/bin/nightly.pyz"
    took = target.sh(f"bash -c 'TIMEFORMAT=\"%R %U %S\"; {check}' 2>&1 | tail -1")
    _, *processor_seconds = map(float, took.split())
    assert sum(processor_seconds) < 3.0  # a third of a second on a machine that has nothing else to do


def test_every_drift_case_is_found_by_the_host_itself_and_nothing_else(
    target: NightlyTarget,
) -> None:
    expected = {**changes(everything=True), **MORE}
    target.sh("\n".join(f"{{ {command}; }} </dev/null" for command in expected.values()))
    assert (target.night(), target.service_result()) == (2, "success")
    assert identified(target.result()["findings"]) == set(expected)
    assert identified(target.drift()) == set(expected)
    counts = metrics(target)
    assert counts["rigwright_drift_failed"] == 0
    assert sum(value for name, value in counts.items() if "findings" in name) == len(expected)
    journal = target.sh("journalctl -u rigwright-drift --no-pager -o cat")
    for _, kind, where in expected:
        assert f"{kind}: " in journal
        assert where in journal


def test_drift_dates_a_finding_by_the_night_that_first_saw_it(target: NightlyTarget) -> None:
    seen = next(one for one in target.result()["findings"] if one["kind"] == "unit.state")
    time.sleep(1.1)
    assert target.night() == 2
    later = next(one for one in target.drift() if one["kind"] == "unit.state")
    assert later["since"] == seen["since"] is not None


def test_apply_fixes_managed_state_and_leaves_unmanaged_state(target: NightlyTarget) -> None:
    target.apply()
    strangers = {one for one in MORE if one[1] in ("socket.unmanaged", "unit.override")}
    assert identified(target.drift()) == strangers
    assert target.night() == 2
    target.sh(f"systemctl stop stranger; rm -rf {TIMER_DROP_IN.rpartition('/')[0]} {DROP_IN}")
    target.sh("systemctl daemon-reload")
    assert target.drift() == []
    assert target.night() == 0
    assert target.result()["first_seen"] == {}


INSIDE = """
printf '{"namespace": "%s", "user": "%s", "process": "%s", "loopback": "%s", "devices": "%s", "at": "%s"}' \\
    "$(unshare -n true 2>&1)" "$(runuser -u operator -- id -un 2>&1)" \\
    "$(readlink /proc/$(pgrep -o -u www-data nginx)/exe)" \\
    "$(curl -s -o /dev/null -w '%{http_code}' http://127.0.0.1:8091/stub_status)" \\
    "$(ls /dev | cksum)" "$(for at in / /run; do findmnt -rno TARGET,OPTIONS -T $at; done | cksum)"
"""


def test_the_unit_gets_the_same_output_as_the_operator(target: NightlyTarget) -> None:
    """Subsystems query in another network, as other users and on loopback, and get the same output."""
    found: dict[str, str] = json.loads(target.sh(INSIDE))
    assert (found["namespace"], found["user"], found["loopback"]) == ("", "operator", "200")
    assert found["process"] == "/usr/sbin/nginx"
    wanted = Desired(
        "toy",
        files=(File("/etc/toy", b""),),
        runtime_states=(RuntimeState("inside", INSIDE, tuple(found.items())),),
    )
    toy = Target(target.host)
    assert toy.apply(wanted).code == 0
    night = target.night()
    assert (night, target.result()["findings"]) == (0, [])
    assert toy.apply(Desired("toy")).code == 0


def test_accepted_findings_are_reported_by_neither(target: NightlyTarget) -> None:
    accepted = 'accepted=[AcceptedFinding(where="tcp 0.0.0.0:8080", reason="a test")]'
    inventory = target.inventory.with_name("accepting.py")
    text = target.inventory.read_text()
    inventory.write_text(
        text.replace(
            "(host.os),", f"(host.os).model_copy(update={{'machine': Machine(os=host.os, {accepted})}}),"
        ).replace(
            "from rigwright.inventory.load",
            "from deploys.rig import AcceptedFinding, Machine\nfrom rigwright.inventory.load",
        )
    )
    target.sh(LISTEN)
    accepting = NightlyTarget(target.host, inventory)
    accepting.apply()
    assert accepting.drift() == []
    assert target.night() == 0
    target.sh("systemctl stop stranger")
    target.apply()
    assert target.night() == 0


def test_runtime_state_is_queried_again_and_no_secret_is_shown(
    target: NightlyTarget,
) -> None:
    """A changed secret file is reported by its name alone; the host compares it by a keyed hash."""
    toy, secret = Target(target.host), b"correct horse battery"
    limits = RuntimeState("limits", "cat /etc/toy/limits", (("open", "1024"), ("files", "8")))
    wanted = Desired(
        "toy",
        directories=(Directory("/etc/toy", mode=0o700),),
        files=(File("/etc/toy/key", secret, mode=0o600, secret=True),),
        runtime_states=(
            dataclasses.replace(limits, remediation='echo \'{"open": 1024, "files": 8}\' >/etc/toy/limits'),
        ),
        steps=(Step("salt", "test ! -e /run/toy-salt", "echo >/run/toy-salt"),),
        probes=(Probe("the toy", "test ! -e /run/toy-broken"),),
    )
    assert toy.apply(wanted).code == 0
    assert (target.night(), target.result()["findings"]) == (0, [])
    target.sh("touch /run/toy-broken")
    assert target.night() == 2
    assert identified(target.result()["findings"]) == {("toy", "probe.failed", "the toy")}
    target.sh("rm /run/toy-salt; echo '{\"open\": 9}' >/etc/toy/limits; echo staple >>/etc/toy/key")
    assert target.night() == 2
    assert identified(target.result()["findings"]) == {
        ("toy", "file.content", "/etc/toy/key"),
        ("toy", "step.pending", "salt"),
        ("toy", "runtime_state.value", "limits: open"),
        ("toy", "runtime_state.missing", "limits: files"),
    }
    output = target.sh("cat /var/lib/rigwright/drift.json; journalctl -u rigwright-drift --no-pager -o cat")
    for word in ("correct", "horse", "staple", hashlib.sha256(secret).hexdigest()):
        assert word not in output
    assert toy.apply(Desired("toy")).code == 0
    target.sh("rm -rf /etc/toy /run/toy-*")
    assert target.night() == 0


def test_a_manifest_of_an_earlier_revision_is_an_error_until_the_next_apply(
    target: NightlyTarget,
) -> None:
    earlier = (
        "import json; path = '/var/lib/rigwright/manifests/nginx.json'; found = json.load(open(path)); "
        "json.dump({**{name: found[name] for name in ('subsystem', 'paths', 'packages')}, 'version': 1, "
        "'units': sorted(found['units'])}, open(path, 'w'))"
    )
    good = metrics(target)["rigwright_drift_last_success_timestamp_seconds"]
    target.sh(f'python3 -c "{earlier}"')
    assert (target.night(), target.service_result()) == (1, "exit-code")
    assert "rig apply" in " ".join(target.result()["errors"])
    found = metrics(target)
    assert found["rigwright_drift_failed"] == 1
    assert found["rigwright_drift_last_success_timestamp_seconds"] == good
    assert identified(target.drift()) == {
        ("nginx", "manifest.stale", "nginx"),
        ("rigwright", "drift.failed", "rigwright-drift.timer"),
    }
    target.apply()
    assert (target.night(), target.service_result()) == (0, "success")


def test_a_damaged_manifest_is_an_error(target: NightlyTarget) -> None:
    target.sh(
        "cp -a /var/lib/rigwright/manifests /root/kept; echo '{' >/var/lib/rigwright/manifests/nginx.json"
    )
    assert target.night() == 1
    assert "nginx is damaged" in " ".join(target.result()["errors"])
    target.sh("rm -r /var/lib/rigwright/manifests; mv /root/kept /var/lib/rigwright/manifests")
    assert target.night() == 0


def test_an_overdue_check_is_reported_by_drift_and_not_by_plan(
    target: NightlyTarget,
) -> None:
    target.sh("""sed -i -E 's/^ "at": .*/ "at": 1700000000.0,/' /var/lib/rigwright/drift.json""")
    (finding,) = target.drift()
    assert (finding["kind"], finding["severity"]) == ("drift.stale", "warning")
    assert rig("plan", target.inventory, "--limit", target.host.name).returncode == 0
    assert target.night() == 0
    assert target.drift() == []


@pytest.mark.parametrize("change", ["rigwright-transaction", "rigwright-packages"])
def test_the_check_waits_for_a_change_that_is_running(target: NightlyTarget, change: str) -> None:
    """What it sees half-way through would be no drift."""
    target.sh(f"systemd-run -q --collect --unit={change} sh -c 'sleep 10; touch /run/over'")
    assert target.night() == 0
    assert target.sh("rm /run/over && echo over") == "over"
