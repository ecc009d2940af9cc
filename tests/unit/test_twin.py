"""A lab host in place of a host of an inventory: every example and the reference host, on every system."""

from __future__ import annotations

from typing import get_args

import pytest

from deploys.rig import Rig, subsystems
from deploys.twin import Lab, twin
from inventories import examples
from inventories.prod import prod
from rigwright.settings.platform import Os

RIGS = {**{name: examples.rig_of(name) for name in examples.NAMES}, "studio": prod[0][1]["rig"]}


def lab(os: Os) -> Lab:
    return Lab(os, "lab-operator", "10.213.9.0/24")


@pytest.fixture(params=RIGS)
def rig(request: pytest.FixtureRequest) -> Rig:
    one: Rig = RIGS[request.param]
    return one


@pytest.mark.parametrize("os", get_args(Os))
def test_it_renders_on_every_system(rig: Rig, os: Os) -> None:
    one = twin(rig, lab(os))
    assert one.platform.os == os
    kept = {name for name in subsystems() if getattr(rig, name) is not None} - {"zfs", "nvidia"}
    assert kept <= {part.subsystem for part in one.desired()}


def test_each_subsystem_that_differs_is_named_with_the_reason(rig: Rig) -> None:
    one = twin(rig, lab(rig.machine.os))
    assert one.scaled
    named = {note.partition(":")[0].partition(".")[0] for note in one.scaled.notes}
    differ = {
        name
        for name in ("machine", *subsystems())
        if getattr(rig, name) and getattr(one, name) != getattr(rig, name)
    }
    # The lab's account is that of every lab host.
    assert differ - {"ssh", "base"} <= named
    assert all(note.partition(": ")[2] for note in one.scaled.notes)


def test_nothing_outside_the_lab_is_needed(rig: Rig) -> None:
    one = twin(rig, lab(rig.machine.os))
    (sources,) = [part.sources for part in one.desired() if part.subsystem == "postgres"]
    assert sources == ()
    assert one.prometheus
    assert not one.prometheus.notifies
    assert not one.prometheus.watched_urls
    units = {unit.name for part in one.desired() for unit in part.units}
    assert not [name for name in units if "certbot" in name]
    assert one.apps
    assert {app.image.partition("/")[0] for app in one.apps.apps} == {"127.0.0.1:5000"}


def test_the_lab_logs_in_and_an_office_stays_one(rig: Rig) -> None:
    one = twin(rig, lab(rig.machine.os))
    assert one.base
    assert one.base.operator == "lab-operator"
    assert one.ssh
    assert "lab-operator" in one.ssh.allowed_users
    assert one.firewall
    (access,) = [rule for rule in one.firewall.access if rule.port == 22]
    assert {*access.networks} == {"198.51.100.0/24", "10.213.9.0/24"}


def test_disks_of_backups_and_folders_of_data_are_named() -> None:
    one = twin(RIGS["ytempire"], lab("debian13")).scaled
    assert one
    assert one.mounts == ("/var/backups/repository",)
    assert one.folders == ("/srv/video",)


def test_a_placement_of_the_server_follows_its_version() -> None:
    one = twin(RIGS["ytempire"], lab("debian13"))
    assert one.base
    assert "postgresql@17-main.service" in {placed.unit for placed in one.base.placements}


def test_a_host_of_its_own_stands_in_for_none() -> None:
    assert RIGS["odavl"].scaled is None
