"""Real Debian hosts for tests: one for each release, made once and taken down at the end."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import cast, get_args

import pytest

from rigwright import lab
from rigwright.lab import LabHost
from rigwright.settings.platform import Os
from tests.support.markers import marker_of
from tests.support.restore_target import RestoreTarget, restore_target
from tests.support.target import Target
from tests.support.zfs_vm import INVENTORY, NAME, ZfsVm

HERE = Path(__file__).parent
RESTORED = ("debian13", "debian12", "ubuntu2204", "ubuntu2404")
"""Systems on which ``rig restore`` is tried; all but the first with ``--exhaustive``."""


@pytest.hookimpl(tryfirst=True)  # ahead of the selection with -m
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark tests by the names of their files: those that say nothing, in name or mark, are of the commands.

    All but Debian 13 is left out for the tests of one subsystem, unless every case or a system is asked for:
    the site's tests apply, verify, break and repair every subsystem on every system in any case.
    """
    for item in items:
        if item.path.parent == HERE and not any(map(item.get_closest_marker, ("alone", "core"))):
            item.add_marker(marker_of(item.path.stem))
    if config.getoption("--exhaustive") or config.getoption("--os"):
        return
    left = [item for item in items if item.get_closest_marker("subsystem") and _system(item) == "debian12"]
    config.hook.pytest_deselected(items=left)
    items[:] = [item for item in items if item not in left]


def _system(item: pytest.Item) -> object:
    """The operating system that a test is for, where it names one."""
    values = item.callspec.params.values() if hasattr(item, "callspec") else ()
    return next((value for value in values if value in get_args(Os)), None)


@pytest.fixture(scope="session", autouse=True)
def _needs_root() -> None:
    if os.geteuid() != 0:
        pytest.skip("a lab host needs root; run: sudo ./rig test")


@pytest.fixture(scope="session")
def bare13() -> Iterator[Target]:
    """A Debian 13 host with nothing of ours on it; tests of the core share it."""
    yield Target(_new("t-core13", "debian13"))
    lab.down("t-core13")


@pytest.fixture(scope="session")
def bare12() -> Iterator[Target]:
    """The same with Debian 12."""
    yield Target(_new("t-core12", "debian12"))
    lab.down("t-core12")


@pytest.fixture(scope="session")
def zfs_vm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ZfsVm]:
    """A VM whose disks are empty at first; the tests of ZFS share it, in their order."""
    lab.down(NAME)
    inventory = tmp_path_factory.mktemp("zfs") / "vm.py"
    inventory.write_text(INVENTORY)
    yield ZfsVm(lab.up(NAME, kind="vm"), inventory)
    lab.down(NAME)


def _new(name: str, os: Os) -> LabHost:
    """A host that no killed run has touched."""
    lab.down(name)
    return lab.up(name, os)


@pytest.fixture(scope="session", params=RESTORED)
def restore_host(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RestoreTarget]:
    """A host whose PostgreSQL, Redis and files are backed up, for all tests of ``rig restore``."""
    system = cast("Os", request.param)
    if system != RESTORED[0] and not request.config.getoption("--exhaustive"):
        pytest.skip("one system was tried; --exhaustive tries all")
    with restore_target(f"b-back{system[-4:]}", system, tmp_path_factory.mktemp("restore")) as host:
        host.sql("CREATE TABLE acknowledged (n bigserial PRIMARY KEY)")
        yield host
