"""``rig rehearse``: a change is tried on a lab host that has what the real one has, which stays as it is."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from rigwright import lab
from rigwright.lab import LabHost
from tests.support.clone import Clone

NAME = "rehearsed"
INVENTORY = """
from deploys.base.settings import BaseSettings
from deploys.nginx.settings import FixedResponse, NginxSettings, Site
from deploys.rig import Machine, Rig
from rigwright.inventory.load import ssh_host


mine = [
    ssh_host(
        {host.name!r},
        Rig(
            machine=Machine(os={host.os!r}, memory="64GB", cpu_threads=32),
            base=BaseSettings(operator={host.user!r}, packages={packages!r}),
            nginx=NginxSettings(
                sites=[Site(name="app", domains=["app.test"], routes=[FixedResponse(body={body!r})])]
            ),
        ),
        address={host.address!r}, user={host.user!r}, key={host.key!r}, known_hosts={host.known_hosts!r},
    )
]
"""


class Repository(Clone):
    """A team's repository with the inventory of one host."""

    def commit(self, host: LabHost, body: str, packages: list[str]) -> None:
        """A change of the inventory."""
        (self.root / "inventories" / "mine.py").write_text(
            INVENTORY.format(host=host, body=body, packages=packages)
        )
        self.run("git add inventories/mine.py && git commit -qm 'A change'")


@pytest.fixture(scope="module")
def host() -> Iterator[LabHost]:
    for name in (NAME, f"twin-{NAME}"):
        lab.down(name)
    yield lab.up(NAME, "debian13")
    for name in (NAME, f"twin-{NAME}"):
        lab.down(name)


@pytest.fixture(scope="module")
def repository(host: LabHost, tmp_path_factory: pytest.TempPathFactory) -> Repository:
    """One whose first revision was applied to the host."""
    one = Repository(tmp_path_factory.mktemp("repository"))
    one.commit(host, "first", [])
    done = one.run("./rig apply inventories/mine.py --yes")
    assert done.returncode == 0, done.stdout
    return one


def test_a_change_that_breaks_nothing_is_shown_applied_and_verified_there(
    repository: Repository, host: LabHost
) -> None:
    revision = repository.run("git describe --always --abbrev=12").stdout.strip()
    repository.commit(host, "second", [])
    before = host.run("cat /var/lib/rigwright/manifests/*.json").stdout
    done = repository.run(f"./rig rehearse inventories/mine.py {NAME}")
    assert done.returncode == 0, done.stdout
    assert f"revision {revision}, applied by " in done.stdout
    assert '"second"' in done.stdout
    assert f"nothing breaks on twin-{NAME}, and " in done.stdout
    assert host.run("cat /var/lib/rigwright/manifests/*.json").stdout == before
    assert "first" in host.run("curl -sk --resolve app.test:443:127.0.0.1 https://app.test/").stdout
    assert [one.name for one in lab.hosts() if one.name.startswith("twin-")] == []


def test_a_change_that_breaks_is_found_there(
    repository: Repository, host: LabHost, *, exhaustive: bool
) -> None:
    if not exhaustive:
        pytest.skip("a change that breaks nothing was tried; --exhaustive tries one that does too")
    repository.commit(host, "third", ["no-such-package-anywhere"])
    done = repository.run(f"./rig rehearse inventories/mine.py {NAME} --from HEAD~1")
    assert done.returncode == 2, done.stdout
    assert "apply does not bring the host to its inventory" in done.stdout
    assert "no-such-package-anywhere" in done.stdout


def test_a_revision_that_is_not_there_is_refused(repository: Repository) -> None:
    done = repository.run(f"./rig rehearse inventories/mine.py {NAME} --from 0123456789ab")
    assert (done.returncode, "is not in this repository" in done.stdout) == (1, True), done.stdout
