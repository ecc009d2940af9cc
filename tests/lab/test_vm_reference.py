"""The reference host of ``inventories/prod.py``, scaled: applied whole to a bare VM with disks, in one run.

What is scaled, and why, is in ``tests/support/reference.py``. The tests follow each other on one VM, in the
order of their lines: without KVM it is emulated, and they take an hour.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from rigwright import lab
from rigwright.lab.network import up as lab_network
from tests.support.reference_host import IMAGE, SITE, ReferenceHost, prepare
from tests.support.web import Web, unverified

NAME = "v-reference"
PSQL = "cd / && runuser -u postgres -- psql -X -A -t -q -v ON_ERROR_STOP=1"
# What a client of PostgreSQL sends first; "S" is the server's reply that it takes TLS.
REQUEST = r"printf '\000\000\000\010\004\322\026\057'"
DUMPS = "/var/backups/postgresql"


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ReferenceHost]:
    """A bare VM, and beside it what only the internet has."""
    lab.down(NAME)
    yield prepare(lab.up(NAME, kind="vm"), tmp_path_factory.mktemp("reference"))
    lab.down(NAME)


def test_one_run_brings_a_bare_host_to_its_inventory(reference: ReferenceHost) -> None:
    """The image of the stack is pushed to the host's own registry while the run waits for it."""
    running = reference.start("apply")
    reference.push_once_it_runs(running)
    output, _ = running.communicate()
    assert running.returncode == 0, output


def test_a_second_run_changes_nothing(reference: ReferenceHost) -> None:
    before = reference.state()
    code, output = reference.rig("apply")
    assert code == 0, output
    assert reference.state() == before


def test_drift_and_the_nightly_check_find_nothing(reference: ReferenceHost) -> None:
    code, output = reference.rig("drift")
    assert (code, "in sync" in output) == (0, True), output
    night = reference.night()
    assert (night["exit"], night["findings"], night["errors"]) == (0, [], []), night


def test_verify_passes_on_the_running_host(reference: ReferenceHost) -> None:
    code, output = reference.rig("verify")
    assert code == 0, output


def test_the_server_is_postgresql_15_of_its_own_repository_on_its_dataset(reference: ReferenceHost) -> None:
    assert reference.sh(f"{PSQL} -c 'SHOW server_version'").startswith("15.")
    assert ".pgdg13" in reference.sh("dpkg-query -W -f '${Version}' postgresql-15")
    mounted = "for one in /var/lib/postgresql /var/lib/redis /srv/video; do findmnt -no SOURCE $one; done"
    assert reference.sh(mounted).split() == ["data/postgres", "data/redis", "media/video"]


def test_a_stack_runs_from_the_hosts_own_registry(reference: ReferenceHost) -> None:
    listed = json.loads(reference.sh("curl -fsS http://127.0.0.1:5000/v2/_catalog"))
    assert listed == {"repositories": ["frontend"]}
    assert reference.sh(
        "docker inspect -f '{{.Config.Image}} {{.State.Health.Status}}' tools-frontend-1"
    ) == (f"{IMAGE} healthy")


def test_the_site_serves_the_container_by_the_authoritys_certificate(reference: ReferenceHost) -> None:
    web = Web(reference.host.address, 443, unverified())
    assert web.request(SITE, "/").body == b"made by the test\n"
    issuer = f"openssl s_client -connect 127.0.0.1:443 -servername {SITE} </dev/null 2>/dev/null"
    assert "Pebble" in reference.sh(f"{issuer} | openssl x509 -noout -issuer")


@pytest.mark.parametrize(("port", "send", "reply"), [
    (5432, REQUEST, "S"),
    (6432, REQUEST, "N"),
    (6379, r"printf 'PING\r\n'", "-NOAUTH"),
])  # fmt: skip
def test_a_container_reaches_server_pooler_and_redis(
    reference: ReferenceHost, port: int, send: str, reply: str
) -> None:
    command = f"{send} | nc -w 20 data.internal {port} | head -c {len(reply)}"
    assert reference.sh(f"docker exec -i tools-frontend-1 /bin/sh <<'END'\n{command}\nEND") == reply


def test_the_office_reaches_ssh_and_web_and_no_service_behind_them(reference: ReferenceHost) -> None:
    assert lab_network().gateway
    for port in (3000, 5000, 5432, 6379, 6432, 9090):
        with pytest.raises(OSError, match=r"timed out|refused"):
            Web(reference.host.address, port, None).request(SITE, "/")


def test_a_backup_is_on_the_backup_disk_and_comes_back(reference: ReferenceHost) -> None:
    """The first one is made by itself, after the first apply."""
    repository = "/var/backups/repository"
    assert reference.sh(f"findmnt -no SOURCE --target {repository}/postgresql/backup") == "backup/repository"
    assert reference.rig("backup", "now")[0] == 0
    code, output = reference.rig("backup", "verify")
    assert (code, "came back" in output) == (0, True), output
    code, output = reference.rig("backup", "status")
    assert code == 0, output


TWO = "/srv/video/two"
# Two files that a writer keeps equal: at any moment they are at most one line apart.
WRITER = f"n=0; while :; do n=$((n+1)); echo $n >>{TWO}/first; echo $n >>{TWO}/second; done"


def test_a_backup_of_a_dataset_is_of_one_moment_and_leaves_no_snapshot(reference: ReferenceHost) -> None:
    """Killed while it holds one, and then whole; the name is that of the inventory."""
    service = "rigwright-backup-files-now@media.service"
    held = "zfs list -H -t snapshot -o name | grep '^media/video@rigwright-backup-'"
    reference.sh(f"mkdir {TWO} && systemd-run -q --collect --unit=writer sh -c '{WRITER}'")
    reference.sh(f"head -c 60000000 /dev/urandom >{TWO}/large; systemctl start --no-block {service}")
    reference.sh(f'timeout 120 sh -c "until {held}; do sleep 0.2; done"; systemctl kill -s KILL {service}')
    assert reference.sh(held) != ""
    reference.sh(f"systemctl reset-failed; systemctl start {service}; systemctl stop writer")
    assert reference.host.run(held, check=False).stdout == ""
    reference.sh("/usr/local/lib/rigwright/backup/restore-files media latest /root/back")
    lines = [int(reference.sh(f"wc -l </root/back{TWO}/{name}")) for name in ("first", "second")]
    assert lines[0] > 100
    assert lines[0] - lines[1] in (0, 1)
    reference.sh(f"cmp /root/back{TWO}/large {TWO}/large && rm -r {TWO} /root/back")


def test_a_dump_is_on_the_backup_disk_and_there_is_none_without_it(reference: ReferenceHost) -> None:
    reference.sh("systemctl start rigwright-postgres-dump.service")
    assert reference.sh(f"findmnt -no SOURCE --target {DUMPS}/dump.json") == "backup/postgresql"
    reference.sh("zfs unmount backup/postgresql")
    done = reference.host.run("systemctl start rigwright-postgres-dump.service", check=False)
    assert done.returncode != 0
    assert reference.sh(f"ls -A {DUMPS} 2>/dev/null || :") == ""
    code, output = reference.rig("drift")
    assert code == 2, output
    reference.sh("zfs mount backup/postgresql")
    assert reference.sh(f"ls {DUMPS}/dump.json")
    code, output = reference.rig("drift")
    assert code == 0, output
