"""The main job: ``pyinfra inventories/lab.py deploys/site.py``, on both releases and in both scenarios."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast, get_args

import pytest

from deploys.rig import Rig
from inventories.scenarios import defaults
from rigwright import lab
from rigwright.errors import RigError
from rigwright.lab import LabHost
from rigwright.settings.platform import Os
from tests.lab.drift_cases import changes
from tests.support.breaks import BREAKS
from tests.support.broken import broken_and_put_right
from tests.support.command import ROOT, pyinfra, rig, rig_json

INVENTORY = "inventories/lab.py"
NAMES = [one.subsystem for one in defaults("debian13").desired() if one.subsystem in Rig.model_fields]
SAMPLE = {
    "test_base_accounts::test_sshd_finds_each_users_keys_and_no_others",
    "test_base_accounts::test_sudo_allows_each_user_the_commands_of_the_inventory",
    "test_docker::test_the_registry_responds",
    "test_firewall_networks::test_each_declared_port_is_reached_from_its_networks_and_from_no_other",
    "test_nginx_policies::test_every_site_sends_the_content_policy_of_the_inventory",
    "test_postgres_access::test_every_stored_verifier_is_that_of_the_inventorys_password",
    "test_postgres_grants::test_dumps_restores_and_vacuum_have_timers_at_their_times",
    "test_postgres_grants::test_writers_change_and_readers_read_what_the_owner_makes",
    "test_prometheus::test_alerts_reach_a_receiver",
    "test_redis::test_a_user_may_do_what_the_inventory_says_and_no_more",
    "test_ssh::test_its_limits_are_those_of_the_inventory",
}
"""Claims whose breaks are undone at once and restart nothing."""
NOTHING = dict.fromkeys(NAMES)
HOSTS: dict[str, Os] = {
    f"{scenario}{os.removeprefix('debian').removeprefix('ubuntu')}": os
    for os in get_args(Os)
    for scenario in ("plain", "everything")
}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """On every host, or on those that run what ``--os`` names."""
    wanted = metafunc.config.getoption("--os") or [os for os in get_args(Os) if os.startswith("debian")]
    names = [name for name, os in HOSTS.items() if os in wanted]
    metafunc.parametrize("host", names, indirect=True, scope="module")


@pytest.fixture(scope="module")
def host(request: pytest.FixtureRequest) -> Iterator[LabHost]:
    """A host on which the site was applied once, with plain pyinfra."""
    name = cast("str", request.param)
    if name in {found.name for found in lab.hosts()}:
        lab.down(name)
    try:
        up = lab.up(name, HOSTS[name])
    except RigError as error:
        if HOSTS[name].startswith("ubuntu") and "reach" in str(error):
            pytest.skip(f"not run: {error.what}")
        raise
    done = pyinfra(INVENTORY, "-y", "--limit", name)
    assert done.returncode == 0, done.stdout[-3000:]
    yield up
    lab.down(name)


def report(done: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    """The document of pyinfra's ``--json``, among its other output."""
    line = next(line for line in done.stdout.splitlines() if line.startswith("{"))
    found: dict[str, Any] = json.loads(line)
    return found


def results(done: subprocess.CompletedProcess[str]) -> dict[str, list[str]]:
    """Hosts by outcome, of pyinfra's ``--json``."""
    operations = report(done)["results"]["operations"]
    return {
        word: [host for one in operations for host in one[word]] for word in ("success", "error", "no_change")
    }


def files(host: LabHost, subsystem: str, among: set[str] | None = None) -> set[str]:
    """Regular files that exist among some paths, or among those of a subsystem's record."""
    if among is None:
        record = host.run(f"cat /var/lib/rigwright/manifests/{subsystem}.json").stdout
        among = set(json.loads(record)["paths"])
    if not among:
        return set()
    found = host.run(f"find {shlex.join(sorted(among))} -maxdepth 0 -type f 2>/dev/null || :")
    return set(found.stdout.splitlines())


def listening(host: LabHost) -> set[str]:
    """Programs that listen on TCP."""
    return set(re.findall(r'users:\(\("([^"]+)"', host.run("ss -Hltnp").stdout))


def test_a_second_run_makes_no_change(host: LabHost) -> None:
    done = pyinfra(INVENTORY, "-y", "--limit", host.name, "--json")
    assert done.returncode == 0
    outcome = results(done)
    assert (outcome["success"], outcome["error"]) == ([], [])
    assert set(outcome["no_change"]) == {host.name}


def test_a_dry_run_shows_nothing_pending_and_nothing_conditional(host: LabHost) -> None:
    done = pyinfra(INVENTORY, "--dry", "--limit", host.name, "--json")
    plan = report(done)["plan"]
    assert len(plan) >= 3
    for operation in plan:
        assert operation["hosts_with_change"] == [], operation["name"]
        assert operation["hosts_with_conditional_change"] == [], operation["name"]


def test_drift_and_plan_report_in_sync(host: LabHost) -> None:
    for command in ("drift", "plan"):
        done = rig(command, INVENTORY, "--limit", host.name)
        assert (done.returncode, "in sync" in done.stdout) == (0, True), done.stdout


def test_verify_passes_on_the_running_host(host: LabHost) -> None:
    done = rig("verify", INVENTORY, "--limit", host.name)
    assert done.returncode == 0, done.stdout


def test_a_sample_of_broken_claims_is_found_and_nothing_else(host: LabHost) -> None:
    """The others are broken by tests/lab/test_verify_breaks.py."""
    if host.name != "everything13":
        pytest.skip("one host is enough for a sample")
    sample = [one for one in BREAKS if one.claim in SAMPLE]
    assert {one.claim for one in sample} == SAMPLE
    broken_and_put_right(ROOT / INVENTORY, host, sample, among_all=False)


def test_every_drift_case_is_found_and_fixed_and_nothing_else(host: LabHost) -> None:
    """The changes of every subsystem at once; drift, plain pyinfra and apply agree on all of them."""
    wanted = changes(everything=host.name.startswith("everything"))
    host.run("\n".join(wanted.values()))
    code, printed = rig_json("drift", INVENTORY, "--limit", host.name)
    assert code == 2, printed
    findings = printed["hosts"][0]["findings"]
    assert {(one["subsystem"], one["kind"], one["where"]) for one in findings} == set(wanted)
    assert {finding["by"] for finding in findings} == {"host"}
    dry = pyinfra(INVENTORY, "--dry", "--limit", host.name, "--json")
    plan = report(dry)["plan"]
    changing = {one["name"].split(" | ")[0] for one in plan if one["hosts_with_change"]}
    assert changing == {finding["subsystem"] for finding in findings}
    fixed = rig("apply", INVENTORY, "--limit", host.name)
    assert fixed.returncode == 0, fixed.stdout
    assert rig("drift", INVENTORY, "--limit", host.name).returncode == 0


def test_a_subsystem_that_the_inventory_drops_leaves_no_file_and_no_port(
    host: LabHost, tmp_path: Path
) -> None:
    """What the packages brought stays, and so do keys that the host made; what we wrote goes."""
    text = (ROOT / INVENTORY).read_text()
    without = tmp_path / "without.py"
    without.write_text(text.replace("(host.os),", f"(host.os).model_copy(update={NOTHING}),"))
    assert without.read_text() != text
    done = rig("drift", without, "--limit", host.name)
    assert done.returncode == 2
    for name in NAMES:
        assert f"{name} is not in the inventory" in done.stdout
    ours = {name: files(host, name) for name in NAMES}
    assert "/etc/nginx/nginx.conf" in ours["nginx"]
    assert pyinfra(without, "-y", "--limit", host.name).returncode == 0
    assert {name: files(host, name, among) for name, among in ours.items()} == {name: set() for name in ours}
    assert listening(host) <= {"sshd", "systemd", "init", "systemd-resolve"}
    assert rig("drift", without, "--limit", host.name).returncode == 0
    done = rig(
        "apply", INVENTORY, "--limit", host.name, "--adopt"
    )  # the databases have stayed, with their data
    assert done.returncode == 0, done.stdout
