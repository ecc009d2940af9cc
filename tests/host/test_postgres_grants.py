"""From where roles come in, what they may do with later tables, and the dumps that bring all of it back."""

from __future__ import annotations

import ipaddress
import json
import re
import shlex
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from deploys.postgres.settings import Backup, Database, PostgresSettings, Role
from tests.support import probed
from tests.support.pg_wire import greet
from tests.support.psql import Psql

RIGHTS = {
    "pg_read_all_data": {"SELECT"},
    "pg_write_all_data": {"INSERT", "UPDATE", "DELETE"},
}
LATE = timedelta(hours=1)
"""A dump and what starts it may take so long."""


@pytest.fixture(scope="session")
def backup(postgres: PostgresSettings) -> Backup:
    if postgres.backup is None:
        pytest.skip("the inventory has no dumps for this host")
    return postgres.backup


def test_a_role_comes_in_from_its_networks_and_from_no_other(
    host: Any, address: str, postgres: PostgresSettings
) -> None:
    """From this machine, which is another host: a role of its network is asked for its password."""
    if not probed.listens_at(address, postgres.listen_addresses):
        pytest.skip("it listens for the host and its containers alone")
    own = probed.source(host, address)
    for role in postgres.roles:
        networks = [ipaddress.ip_network(one, strict=False) for one in role.networks]
        for database in (
            one.name for one in postgres.databases if role.password and role.name in one.members
        ):
            found = greet(address, postgres.port, role.name, database, tls=True)
            expected = any(own in network for network in networks)
            assert found.requires_scram == expected, (role.name, database, str(own), found.text)
            assert expected or "rejects connection" in found.text


def test_writers_change_and_readers_read_what_the_owner_makes(psql: Psql, postgres: PostgresSettings) -> None:
    """By a table that the owner makes in a transaction which never ends well: nothing of it stays."""
    if not postgres.databases:
        pytest.skip("the inventory has no database for this host")
    for database in postgres.databases:
        rows = psql(
            f'BEGIN; SET LOCAL ROLE "{database.owner}"; CREATE TABLE public.rigwright_claim (number serial); '
            "RESET ROLE; SELECT rolname, privilege FROM pg_roles, "
            "unnest('{SELECT,INSERT,UPDATE,DELETE,TRUNCATE}'::text[]) AS privilege "
            "WHERE has_table_privilege(oid, 'public.rigwright_claim', privilege) UNION ALL "
            "SELECT rolname, 'USAGE' FROM pg_roles "
            "WHERE has_sequence_privilege(oid, 'public.rigwright_claim_number_seq', 'USAGE')",
            database.name,
        )
        found = {tuple(row.split("|")) for row in rows.splitlines()}
        for role in postgres.roles:
            allowed = {privilege for name, privilege in found if name == role.name}
            assert allowed == rights(role, database, postgres), (role.name, database.name)


def rights(role: Role, database: Database, postgres: PostgresSettings) -> set[str]:
    """What a role may do with a table of the owner's, by itself or by the groups that it is in."""
    reads, writes = {"SELECT"}, {"SELECT", "INSERT", "UPDATE", "DELETE", "USAGE"}
    own = {
        database.owner: {*writes, "TRUNCATE"},
        **dict.fromkeys(database.writers, writes),
        **dict.fromkeys(database.readers, reads),
    }
    return set().union(*(own.get(name, RIGHTS.get(name, set())) for name in groups(role, postgres)))


def groups(role: Role, postgres: PostgresSettings) -> Iterator[str]:
    """The role, and each group that it is in."""
    yield role.name
    known = {one.name: one for one in postgres.roles}
    for name in role.member_of:
        yield from groups(known[name], postgres) if name in known else (name,)


def test_dumps_restores_and_vacuum_have_timers_at_their_times(
    host: Any, postgres: PostgresSettings, backup: Backup
) -> None:
    """As systemd itself reads the inventory's times."""
    times = {"dump": backup.dump_at, "verify": backup.verify_at, "vacuum": postgres.vacuum_at}
    for name, at in times.items():
        unit = f"rigwright-postgres-{name}.timer"
        assert host.service(unit).is_running is host.service(unit).is_enabled is (at is not None), unit
        if at is None:
            continue
        held = host.check_output(f"systemctl show -p TimersCalendar --value {unit}")
        normal = host.check_output(f"systemd-analyze calendar {shlex.quote(at)}")
        (expected,) = re.findall(r"Normalized form: (.*)", normal) or re.findall(r": (.*)", normal)[:1]
        assert f"OnCalendar={expected} ;" in held, unit


def test_the_newest_dump_is_whole_and_no_older_than_its_timer(
    host: Any, postgres: PostgresSettings, backup: Backup
) -> None:
    """On a host that was just set up the first one is still to come."""
    folder = shlex.quote(backup.directory)
    assert not host.file(f"{backup.directory}/dump-failed.json").exists, "the last dump failed"
    calendar = host.check_output(
        f"LC_ALL=C TZ=UTC systemd-analyze calendar --iterations=2 {shlex.quote(backup.dump_at)}"
    )
    first, second = (
        datetime.strptime(one, "%Y-%m-%d %H:%M:%S").replace(tzinfo=timezone.utc)
        for one in re.findall(r"(?:elapse|#2): \w+ (\S+ \S+) UTC", calendar)
    )
    since = datetime.now(timezone.utc) - (second - first) - LATE
    if not host.file(f"{backup.directory}/dump.json").exists:
        made = int(host.check_output("stat -c %Y /etc/systemd/system/rigwright-postgres-dump.timer"))
        assert made > since.timestamp(), "no dump was ever made"
        pytest.skip(f"the first dump is due at {first:%Y-%m-%d %H:%M} UTC")
    newest = json.loads(host.check_output(f"cat {folder}/dump.json"))
    assert newest["at"] > since.timestamp(), "the newest dump is too old"
    for database in postgres.databases:
        done = host.run(f"head -c 5 {folder}/{newest['name']}/{shlex.quote(database.name)}.dump")
        assert done.stdout == "PGDMP", database.name
