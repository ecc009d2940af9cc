"""PostgreSQL's and Docker's own repositories, under their names: a stand-in serves each.

The packages in there are Debian's, under the names and in the manner of versions of those repositories: what
runs is a server of another major version, and an engine with compose on a system that packages neither.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from deploys.postgres.pgdg import SUITES
from rigwright import lab
from tests.support.repository import Repository
from tests.support.target import Target
from tests.support.upstream import (
    DOCKER,
    ENGINE,
    IMAGE,
    NEWER,
    OWN,
    PARTS,
    POSTGRESQL,
    SERVER,
    STACK,
    STATE,
    Upstream,
)


@pytest.fixture(scope="module")
def pgdg(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Upstream]:
    """Debian 13 with a stand-in for PostgreSQL's repository, which has a bash and a pooler of its own."""
    lab.down("u-pgdg13")
    host = Target(lab.up("u-pgdg13", "debian13"))
    repository = Repository(host)
    old = ("postgresql-15", "postgresql-client-15", "libicu72", "libldap-2.5-0")
    repository.fetch(*old, release="bookworm")
    repository.fetch("libpq5", "postgresql-common", "postgresql-client-common", "postgresql-common-dev")
    repository.repack("pub/repos/apt/pool", SERVER)
    for name in ("bash", "pgbouncer"):
        repository.toy("pub/repos/apt/pool", name, "99-1.pgdg13+1")
    repository.publish("pub/repos/apt", "trixie-pgdg", "main")
    repository.serve_as(POSTGRESQL)
    yield Upstream(host, repository, tmp_path_factory.mktemp("pgdg"))
    lab.down("u-pgdg13")


def test_a_server_of_a_key_that_does_not_fit_changes_nothing(pgdg: Upstream) -> None:
    before = pgdg.host.sh(STATE)
    code, output = pgdg.rig("apply", OWN, key="other")
    assert (code, "is not signed" in output, "nothing was changed" in output) == (1, True, True), output
    assert pgdg.host.sh(STATE) == before


def test_the_server_comes_from_postgresqls_own_repository(pgdg: Upstream) -> None:
    code, output = pgdg.rig("apply", OWN)
    assert code == 0, output
    version = pgdg.host.sh("dpkg-query -W -f '${Version}' postgresql-15")
    assert (version[:3], version.endswith("-1.pgdg13+1")) == ("15.", True)
    assert pgdg.host.sh("cd / && runuser -u postgres -- psql -XAtc 'SHOW server_version'").startswith("15.")
    assert pgdg.host.sh("systemctl is-active postgresql@15-main") == "active"
    assert pgdg.rig("drift", OWN)[0] == 0


def test_nothing_but_postgresqls_own_comes_from_there(pgdg: Upstream) -> None:
    """Not even the pooler, which is there in a newer version and belongs to the same run."""
    assert pgdg.repository.installed_from(POSTGRESQL) == {
        "libpq5",
        "postgresql-15",
        "postgresql-client-15",
        "postgresql-client-common",
        "postgresql-common",
        "postgresql-common-dev",
    }
    for package in ("bash", "pgbouncer"):
        assert "99-1.pgdg13+1" in pgdg.host.sh(f"apt-cache policy {package}"), (
            "apt does not see the other one"
        )
        assert pgdg.candidate(package) != "99-1.pgdg13+1"
    assert pgdg.host.sh("dpkg-query -W -f '${db:Status-Status}' pgbouncer") == "installed"


def test_a_minor_version_of_there_is_an_upgrade(pgdg: Upstream) -> None:
    pgdg.repository.repack("pub/repos/apt/pool", NEWER)
    pgdg.repository.publish("pub/repos/apt", "trixie-pgdg", "main")
    pgdg.host.sh("apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq -y upgrade >/dev/null")
    assert pgdg.host.sh("dpkg-query -W -f '${Version}' postgresql-15").endswith("-2.pgdg13+1")
    assert pgdg.rig("drift", OWN)[0] == 0


def test_a_key_that_does_not_fit_replaces_none_that_does(pgdg: Upstream) -> None:
    before = pgdg.host.sh(STATE)
    code, output = pgdg.rig("apply", OWN, key="other")
    assert (code, "nothing was changed" in output) == (1, True), output
    assert pgdg.host.sh(STATE) == before
    pgdg.host.sh("apt-get -qq update")


def test_address_and_suite_are_those_that_debian_knows(pgdg: Upstream) -> None:
    """Debian's own package has a script that adds the repository: it names the address and the key."""
    script = pgdg.host.sh("cat /usr/share/postgresql-common/pgdg/apt.postgresql.org.sh")
    ours = pgdg.host.sh("cat /etc/apt/sources.list.d/rigwright-pgdg.sources")
    for line in (
        'HOST="apt.postgresql.org"',
        'PGDG="pgdg"',
        "URIs: https://$HOST/pub/repos/apt",
        "$CODENAME-$PGDG",
    ):
        assert line in script, line
    (known,) = re.findall('^PG_REPOSITORY_DISTS="(.*)"$', script, re.MULTILINE)
    assert {suite.removesuffix("-pgdg") for suite in SUITES.values()} <= {*known.split()}
    assert "URIs: https://apt.postgresql.org/pub/repos/apt\nSuites: trixie-pgdg\nComponents: main\n" in ours


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Upstream]:
    """Debian 12 with a stand-in for Docker's repository, which has an iptables of its own."""
    lab.down("u-docker12")
    host = Target(lab.up("u-docker12", "debian12"))
    repository = Repository(host)
    host.sh("apt-get -qq -y --no-install-recommends install busybox-static >/dev/null 2>&1")
    repository.fetch("docker.io", "docker-cli", "docker-compose", "containerd", release="trixie")
    repository.fetch("runc")
    repository.repack("linux/debian/pool", PARTS)
    for name in ("bash", "iptables"):
        repository.toy("linux/debian/pool", name, "99-1~debian.12~bookworm")
    repository.publish("linux/debian", "bookworm", "stable")
    repository.serve_as(DOCKER)
    yield Upstream(host, repository, tmp_path_factory.mktemp("docker"))
    lab.down("u-docker12")


def test_an_engine_of_a_key_that_does_not_fit_changes_nothing(engine: Upstream) -> None:
    before = engine.host.sh(STATE)
    code, output = engine.rig("apply", ENGINE.format(stacks=""), key="other")
    assert (code, "nothing was changed" in output) == (1, True), output
    assert engine.host.sh(STATE) == before


def test_debian_12_gets_engine_and_compose_from_dockers_own_repository(engine: Upstream) -> None:
    code, output = engine.rig("apply", ENGINE.format(stacks=""))
    assert code == 0, output
    engine.host.sh(IMAGE)
    code, output = engine.rig("apply", ENGINE.format(stacks=STACK))
    assert code == 0, output
    assert engine.host.sh("docker ps --format '{{.Names}} {{.Status}}'").startswith("shop-web-1 Up")
    assert int(engine.host.sh("docker version -f '{{.Server.Version}}'").split(".")[0]) >= 26
    assert engine.host.sh("docker compose version --short").startswith("2.")
    assert engine.rig("drift", ENGINE.format(stacks=STACK))[0] == 0


def test_nothing_but_dockers_own_comes_from_there(engine: Upstream) -> None:
    """Not even what the engine needs: the distribution's is good enough."""
    assert engine.repository.installed_from(DOCKER) == {
        "containerd.io",
        "docker-ce",
        "docker-ce-cli",
        "docker-compose-plugin",
    }
    for package in ("bash", "iptables"):
        policy = engine.host.sh(f"apt-cache policy {package}")
        assert "99-1~debian.12~bookworm" in policy, "apt does not see the other one"
        assert engine.candidate(package) != "99-1~debian.12~bookworm"
    assert engine.host.sh("dpkg-query -W -f '${db:Status-Status}' iptables") == "installed"
