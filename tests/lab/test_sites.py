"""The four sites of ``inventories/examples``, each brought up by one command and measured.

The smallest is tried each time, all of them with ``--exhaustive``.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from inventories import examples
from rigwright import lab
from tests.support.command import rig, rig_json
from tests.support.site_numbers import Site, numbers

INVENTORY = "inventories/lab.py"
SMALLEST = "odavl"


@pytest.fixture(scope="module", params=examples.NAMES)
def site(request: pytest.FixtureRequest) -> Iterator[Site]:
    """A host that was made by the one command."""
    if request.param != SMALLEST and not request.config.getoption("--exhaustive"):
        pytest.skip("the smallest site was brought up; --exhaustive brings up each")
    name = f"sites-{request.param}"
    lab.down(name)
    done = rig("up", name, "--site", request.param)
    assert done.returncode == 0, done.stdout
    assert f"{name} is up, in sync and verified." in done.stdout
    (host,) = [one for one in lab.hosts() if one.name == name]
    yield Site(request.param, host)
    lab.down(name)


def test_its_applications_serve_the_version_that_was_released(site: Site) -> None:
    (digest,) = {
        line.partition("sha256:")[2][:12]
        for line in site.sh("docker image ls --digests --format '{{.Repository}}@{{.Digest}}'").splitlines()
        if "127.0.0.1:5000" in line
    }
    reply = site.get()
    assert (reply.status, reply.echo["release"]) == (200, digest)


def test_nothing_differs_and_another_run_changes_nothing(site: Site) -> None:
    code, document = rig_json("drift", INVENTORY, "--limit", site.host.name)
    assert code == 0, document
    before = site.sh("docker ps -q --no-trunc")
    done = rig("up", site.host.name, "--site", site.name)
    assert done.returncode == 0, done.stdout
    assert site.sh("docker ps -q --no-trunc") == before


def test_a_container_that_only_claims_to_be_of_an_application_is_found(site: Site) -> None:
    app = site.sh("ls /etc/rigwright/apps | grep -v secrets | head -1")
    image = site.sh("docker image ls -q | head -1")
    site.sh(f"docker create --name stranger --label rigwright.described-by=/etc/rigwright/apps/{app} {image}")
    done = rig("drift", INVENTORY, "--limit", site.host.name)
    site.sh("docker rm stranger")
    assert (done.returncode, "stranger is none of its instances" in done.stdout) == (2, True), done.stdout
    assert rig("drift", INVENTORY, "--limit", site.host.name).returncode == 0


def test_every_figure_that_its_users_ask_is_kept(site: Site) -> None:
    measured = list(numbers(site))
    table = "\n".join(
        f"{site.name:<10} {'kept' if one.kept else 'BROKEN':<7} {one.promise}: {one.measured}"
        for one in measured
    )
    print(f"\n{table}")  # noqa: T201  promise beside measured, for whoever reads the run
    assert [one for one in measured if not one.kept] == [], table


def test_its_data_is_backed_up_by_one_command(site: Site) -> None:
    done = rig("backup", "now", INVENTORY, "--limit", site.host.name)
    assert done.returncode == 0, done.stdout
    code, document = rig_json("backup", "status", INVENTORY, "--limit", site.host.name)
    # What nothing has tried to restore yet is a finding until the first trial.
    assert code == 2
    (one,) = document["hosts"]
    assert {finding["kind"] for finding in one["findings"]} == {"backup.unproved"}
    assert all(data["backups"] for data in one["data"])
