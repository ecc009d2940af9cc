"""``rig init`` of a host that is there: the inventory loads, and a plan of it finds no requirement unmet."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploys.rig import Rig
from deploys.starter import ALWAYS, TEMPLATES
from rigwright import lab
from rigwright.compare.runtime_state import UNFIT
from rigwright.inventory.load import load
from rigwright.lab import LabHost
from tests.support.command import ROOT, rig, rig_json

NAME = "init-13"


@pytest.fixture(scope="module")
def host() -> Iterator[LabHost]:
    """A host with nginx, installed by hand."""
    lab.down(NAME)
    found = lab.up(NAME)
    found.run("apt-get -qq update && apt-get -qq -y install nginx >/dev/null 2>&1")
    yield found
    lab.down(NAME)


def reached(host: LabHost) -> list[str]:
    return [
        f"{host.user}@{host.address}:{host.port}",
        "--key", host.key, "--inventory-known-hosts", host.known_hosts,
    ]  # fmt: skip


def written(host: LabHost, path: Path, *options: str) -> tuple[Rig, str]:
    done = rig("init", *reached(host), "--output", path, *options)
    assert done.returncode == 0, done.stdout
    (found,) = load(path)
    assert found.name == host.name
    assert isinstance(found.rig, Rig)
    return found.rig, path.read_text()


def subsystems(rig: Rig) -> set[str]:
    listed = rig.to_json()["subsystems"]
    assert isinstance(listed, list)
    return set(listed)


def planned(path: Path) -> list[dict[str, str]]:
    """The findings of a plan, which must have seen the whole host."""
    code, plan = rig_json("plan", path)
    (one,) = plan["hosts"]
    assert (code, one.get("error")) == (2, None), one
    findings: list[dict[str, str]] = one["findings"]
    assert findings
    return findings


def test_the_inventory_is_short_has_what_is_there_and_no_requirement_is_unmet(
    host: LabHost, tmp_path: Path
) -> None:
    found, text = written(host, tmp_path / "found.py")
    assert len(text.splitlines()) < 40, text
    machine = found.machine
    threads, kilobytes = host.run(
        "nproc --all; sed -n 's/^MemTotal: *\\([0-9]*\\) kB/\\1/p' /proc/meminfo"
    ).stdout.split()
    assert (machine.os, machine.cpu_threads) == ("debian13", int(threads))
    assert machine.memory
    assert int(kilobytes) * 1024 * 0.9 < machine.memory <= int(kilobytes) * 1024
    assert subsystems(found) == {*ALWAYS, "nginx"}
    assert [one for one in planned(tmp_path / "found.py") if one["kind"] == UNFIT] == []


@pytest.mark.parametrize("template", sorted(TEMPLATES))
def test_every_template_loads_and_plans(host: LabHost, template: str, tmp_path: Path) -> None:
    found, text = written(host, tmp_path / "host.py", "--template", template)
    expected = {*ALWAYS, *TEMPLATES[template], "nginx"}
    assert subsystems(found) == expected - {"nvidia"}, "a host without a card gets no driver"
    assert ("# nvidia: no card was found" in text) == ("nvidia" in expected)
    assert [one for one in planned(tmp_path / "host.py") if one["kind"] == UNFIT] == []


def test_plain_pyinfra_reads_the_inventory(host: LabHost, tmp_path: Path) -> None:
    written(host, tmp_path / "host.py")
    done = subprocess.run(
        [sys.executable, "-m", "pyinfra", str(tmp_path / "host.py"), "exec", "--", "echo", "read"],
        cwd=ROOT, capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_file_that_exists_is_refused_and_stays(host: LabHost, tmp_path: Path) -> None:
    path = tmp_path / "host.py"
    path.write_text("mine = []\n")
    done = rig("init", *reached(host), "--output", path)
    assert done.returncode == 1
    assert f"{path}: the file exists and is not overwritten" in done.stdout
    assert "next: " in done.stdout
    assert path.read_text() == "mine = []\n"


def test_a_host_whose_key_is_not_pinned_is_refused_with_how_to_pin_it(host: LabHost, tmp_path: Path) -> None:
    known_hosts = tmp_path / "known_hosts"
    known_hosts.write_text("")
    where = f"{host.user}@{host.address}"
    done = rig(
        "init",
        where,
        "--key",
        host.key,
        "--inventory-known-hosts",
        known_hosts,
        "--output",
        tmp_path / "new.py",
    )
    assert done.returncode == 1
    assert "the host key is not pinned yet" in done.stdout
    assert f"next: rig bootstrap {host.address} --user {host.user}" in done.stdout
    assert not (tmp_path / "new.py").exists()


def test_an_address_that_does_not_answer_is_an_error_with_a_next_step(host: LabHost, tmp_path: Path) -> None:
    closed = f"{host.user}@{host.address}:9"
    done = rig("init", closed, *reached(host)[1:], "--output", tmp_path / "new.py")
    assert done.returncode == 1
    assert "cannot be reached" in done.stdout
    assert "next: " in done.stdout
    assert not (tmp_path / "new.py").exists()
