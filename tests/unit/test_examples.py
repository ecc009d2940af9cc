"""The four sites of ``inventories/examples``: each whole in one file, with the numbers that its users ask."""

from __future__ import annotations

import pytest

from deploys.apps.settings import Process
from deploys.backup.settings import BackupSettings, Counts, Days
from deploys.rig import Rig
from inventories import examples
from rigwright.cli.site import names, system_of
from rigwright.errors import RigError
from rigwright.inventory.load import load
from rigwright.repository import ROOT

GIB = 2**30
IN_ONE_SITTING_LINES = 260


def backup(rig: Rig) -> BackupSettings:
    assert rig.backup
    assert rig.backup.postgres
    assert rig.backup.restic
    return rig.backup


def processes(rig: Rig) -> dict[str, Process]:
    assert rig.apps
    return {f"{app.name}/{process.name}": process for app in rig.apps.apps for process in app.processes}


@pytest.mark.parametrize("name", examples.NAMES)
def test_each_loads_is_short_and_says_what_to_change(name: str) -> None:
    file = ROOT / "inventories" / "examples" / f"{name}.py"
    (host,) = load(file)
    assert host.name == name
    text = file.read_text()
    assert len(text.splitlines()) <= IN_ONE_SITTING_LINES
    assert "To change:" in text
    assert f"rig up --site {name}" in text
    assert system_of(name) == host.rig.platform.os


def test_the_command_knows_each_and_names_them_all_where_there_is_none() -> None:
    assert names() == examples.NAMES
    with pytest.raises(RigError, match="there is no site shop") as error:
        system_of("shop")
    assert "guide, hristudio, odavl, ytempire" in str(error.value.next_step)


@pytest.mark.parametrize("name", examples.NAMES)
def test_each_promises_an_hour_of_loss_at_most_and_backs_up_that_often(name: str) -> None:
    rig = examples.rig_of(name)
    assert backup(rig).promise.rpo_seconds == 3600
    assert backup(rig).promise.rto_seconds == (3600 if name == "odavl" else 4 * 3600)


def test_ytempire() -> None:
    rig = examples.rig_of("ytempire")
    each = processes(rig)
    assert {name: one.port for name, one in each.items()} == {
        "frontend/web": 3000,
        "backend/api": 8000,
        "backend/live": 8001,
    }
    frontend, api = each["frontend/web"], each["backend/api"]
    assert (frontend.cpus, frontend.memory, frontend.memory_reservation) == (2, 2 * GIB, GIB)
    assert (api.cpus, api.memory) == (4, 4 * GIB)
    assert rig.postgres
    assert rig.postgres.version == 15
    assert rig.base
    limits = {one.unit: (one.memory_max, one.cpu_percent) for one in rig.base.placements}
    assert limits == {
        "postgresql@15-main.service": (16 * GIB, 400),
        "redis-server.service": (8 * GIB, 200),
    }
    assert rig.redis
    assert rig.redis.append_only
    assert rig.docker
    assert rig.docker.registry
    assert rig.docker.registry.port == 5000


def test_hristudio() -> None:
    rig = examples.rig_of("hristudio")
    assert rig.nginx
    (site,) = rig.nginx.sites
    (zone,) = rig.nginx.rate_zones
    (limit,) = site.rate_limits
    assert (zone.requests_per_second, limit.zone, limit.burst) == (10, zone.name, 20)
    assert site.hsts_max_age_seconds
    assert site.content_policy
    kept = backup(rig)
    assert kept.postgres
    assert kept.restic
    assert (kept.postgres.keep, kept.restic.keep) == (Days(days=7), Days(days=7))


def test_odavl() -> None:
    rig = examples.rig_of("odavl")
    (web,) = processes(rig).values()
    assert web.instances == 3
    kept = backup(rig)
    assert kept.postgres
    assert (kept.postgres.full_at, kept.postgres.incremental_hours) == ("02:00", 1)
    assert kept.postgres.keep == Counts(daily=7, weekly=4, monthly=3)
    assert rig.postgres
    assert rig.postgres.slow_query_milliseconds == 1000


def test_guide() -> None:
    rig = examples.rig_of("guide")
    kept = backup(rig)
    assert kept.postgres
    assert kept.postgres.incremental_hours == 1
    assert rig.postgres
    assert rig.postgres.pooler
    assert rig.firewall
    assert rig.firewall.blocked_networks
    assert rig.base
    assert rig.base.access_review_days == 90
