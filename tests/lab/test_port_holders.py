"""A web server that is there already: named in the plan, and nothing is installed beside it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from rigwright import lab
from rigwright.lab import LabHost
from tests.support.command import pyinfra, rig

INVENTORY = """
from deploys.nginx.settings import *
from deploys.rig import Machine, Rig
from rigwright.inventory.load import ssh_host

site = {{"name": "a", "domains": ["a.example.org"], "routes": [FixedResponse(body="x")]}}
rig = Rig(machine=Machine(os="debian13"), nginx=NginxSettings(sites=[site]))
hosts = [ssh_host("holder", rig, address="{0.address}", user="{0.user}", key="{0.key}",
                  known_hosts="{0.known_hosts}")]
"""
APACHE = "apt-get -qq update && apt-get -qq install -y --no-install-recommends apache2"
NAMED = (
    "tcp 0.0.0.0:80 is held by apache2 (apache2.service, package apache2-bin): "
    "systemctl disable --now apache2.service, or give nginx another port"
)


@pytest.fixture(scope="module")
def host() -> Iterator[LabHost]:
    """A host on which Apache serves port 80."""
    up = lab.up("holder", "debian13")
    up.run(APACHE)
    yield up
    lab.down("holder")


@pytest.fixture
def inventory(host: LabHost, tmp_path: Path) -> Path:
    path = tmp_path / "inventory.py"
    path.write_text(INVENTORY.format(host))
    return path


def words(text: str) -> str:
    """The text in one line, because a terminal's width breaks it."""
    return " ".join(text.split())


def test_plan_names_who_holds_the_port(inventory: Path) -> None:
    done = rig("plan", inventory)
    assert done.returncode == 2
    assert NAMED in words(done.stdout)


def test_apply_installs_nothing_beside_it(inventory: Path, host: LabHost) -> None:
    for done in (rig("apply", inventory, "--adopt"), pyinfra(inventory, "-y")):
        assert done.returncode == 1
        assert NAMED in words(done.stdout)
        assert "nothing was changed" in done.stdout
    assert host.run("command -v nginx", check=False).returncode != 0
    assert host.run("systemctl is-active apache2").stdout.strip() == "active"


def test_once_it_has_gone_the_site_is_served_and_a_holder_after_that_is_named(
    inventory: Path, host: LabHost
) -> None:
    host.run("systemctl disable -q --now apache2.service")
    done = rig("apply", inventory)
    assert done.returncode == 0, done.stdout
    assert "held by" not in rig("drift", inventory).stdout
    host.run("systemctl stop nginx && systemctl start apache2")
    done = rig("drift", inventory)
    assert done.returncode == 2
    assert NAMED in words(done.stdout)
    assert "nginx.service is inactive" in words(done.stdout)
