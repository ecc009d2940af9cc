"""The reference host's inventory loads, renders, and shows every setting that there is."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from ipaddress import ip_network
from itertools import product

import pytest
from pydantic import BaseModel

from deploys.backup.settings import Local
from deploys.rig import Rig
from rigwright.dev.docs.settings import models
from rigwright.inventory.load import load
from tests.support.command import rig
from tests.support.pages import ROOT

PROD = ROOT / "inventories" / "prod.py"
PARTS = (PROD, *sorted((ROOT / "inventories" / "studio").glob("*.py")))
MODELS = {model.__name__: model for model in models(Rig)}


def shown() -> Iterator[tuple[type[BaseModel], str]]:
    """Each class and setting that the inventory writes, in its code or in a comment beside it."""
    for part in PARTS:
        yield from _shown_in(part.read_text())


def _shown_in(text: str) -> Iterator[tuple[type[BaseModel], str]]:
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in MODELS:
            yield from product((MODELS[node.func.id],), (word.arg for word in node.keywords if word.arg))
    for line in text.splitlines():
        for name, words in re.findall(r"(\w+)\((.*)\)", line.partition("#")[2]):
            yield from product((MODELS[name],) if name in MODELS else (), re.findall(r"(\w+)=", words))


def defined_by(model: type[BaseModel], setting: str) -> type[BaseModel]:
    """The class, itself or above, that a setting was written in."""
    above = (one for one in reversed(model.__mro__) if issubclass(one, BaseModel))
    return next(one for one in above if setting in one.model_fields)


def test_it_loads_and_renders_for_its_operating_system() -> None:
    (host,) = load(PROD)
    assert host.name == "studio"
    nginx = next(one for one in host.rig.desired() if one.subsystem == "nginx")
    assert "/etc/nginx/sites-enabled/studio.conf" in {file.path for file in nginx.files}
    assert dict(nginx.versions)["nginx"] == "1.18"


def test_the_parts_of_the_reference_host_meet() -> None:
    """What the site asks for, and what one part needs of another."""
    (host,) = load(PROD)
    whole = host.rig
    assert isinstance(whole, Rig)
    assert whole.docker
    assert whole.docker.registry
    assert whole.postgres
    assert whole.postgres.backup
    assert whole.zfs
    by_name = {one.subsystem: one for one in whole.desired()}
    assert "postgresql-15" in by_name["postgres"].packages
    assert by_name["redis"].packages
    assert "msmtp-mta" in by_name["base"].packages
    assert "nvidia-container-toolkit" in by_name["nvidia"].packages
    assert whole.docker.registry.port == 5000
    (pool,) = whole.docker.address_pools
    bridge = next(ip_network(pool.base).hosts())
    inner = {(one.address, one.port) for name in ("postgres", "redis") for one in by_name[name].sockets}
    assert {(str(bridge), port) for port in (5432, 6432, 6379)} <= inner
    dumps = next(one for one in whole.zfs.datasets if one.mountpoint == whole.postgres.backup.directory)
    assert dumps.name.startswith("backup/")
    assert whole.backup
    assert isinstance(whole.backup.repository, Local)
    repository = next(one for one in whole.zfs.datasets if one.mountpoint == whole.backup.repository.mount)
    assert repository.name.startswith("backup/")
    waiting = {file.path for file in by_name["zfs"].files}
    assert "/etc/systemd/system/rigwright-postgres-dump.service.d/rigwright-zfs.conf" in waiting


SETTINGS = sorted(
    {(defined_by(model, name), name) for model in MODELS.values() for name in model.model_fields}, key=str
)


@pytest.mark.parametrize(
    ("model", "name"), [pytest.param(*s, id=f"{s[0].__name__}.{s[1]}") for s in SETTINGS]
)
def test_every_setting_is_shown(model: type[BaseModel], name: str) -> None:
    """Where a class inherits a setting, one of those that have it is enough."""
    assert any(issubclass(where, model) and name == what for where, what in shown()), (
        f"inventories/prod.py and inventories/studio do not show {model.__name__}.{name}"
    )


def test_a_plan_of_it_reports_at_once_what_is_missing() -> None:
    """Its host's key is not pinned, and its address is one that no host has."""
    done = rig("plan", "inventories/prod.py")
    assert done.returncode == 1
    assert "rig bootstrap" in done.stdout
