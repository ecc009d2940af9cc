"""Who may log in to PostgreSQL of any host, and what they may do there."""

from __future__ import annotations

import base64
import socket
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes, hmac
from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2HMAC

from deploys.postgres.settings import Database, OwnCertificate, PostgresSettings, Role
from tests.support import probed
from tests.support.pg_wire import greet
from tests.support.psql import Psql, refused


@pytest.fixture
def databases(postgres: PostgresSettings) -> tuple[Database, ...]:
    if not postgres.databases:
        pytest.skip("the inventory has no database for this host")
    return tuple(postgres.databases)


def logins(postgres: PostgresSettings) -> list[Role]:
    return [role for role in postgres.roles if role.password]


def test_passwords_are_taken_by_scram_alone(psql: Psql, postgres: PostgresSettings) -> None:
    """Only the superuser's and the exporter's own accounts on the host get in without one."""
    assert psql("SELECT string_agg(DISTINCT auth_method, ',') FROM pg_hba_file_rules") in (
        "peer,reject,scram-sha-256",
        "peer,reject",
    )
    peers = psql("SELECT string_agg(array_to_string(user_name, ','), ',') FROM pg_hba_file_rules"
                 " WHERE auth_method = 'peer'")  # fmt: skip
    assert peers == ("postgres,prometheus" if postgres.exporter_port else "postgres")
    assert psql("SELECT count(*) FROM pg_authid WHERE rolpassword !~ '^SCRAM-SHA-256'") == "0"
    expected = {role.name for role in logins(postgres)}
    assert expected <= {*psql("SELECT rolname FROM pg_roles WHERE rolcanlogin").split()}


def test_every_stored_verifier_is_that_of_the_inventorys_password(
    psql: Psql, postgres: PostgresSettings
) -> None:
    """Worked out anew from the server's salt, by another library than the one that made it."""
    for role in logins(postgres):
        kept = psql(f"SELECT rolpassword FROM pg_authid WHERE rolname = '{role.name}'")
        _, parameters, keys = kept.split("$")
        iterations, salt = parameters.split(":")
        derive = PBKDF2HMAC(hashes.SHA256(), 32, base64.b64decode(salt), int(iterations))
        assert role.password
        salted = derive.derive(role.password.reveal_bytes())
        client = hmac.HMAC(salted, hashes.SHA256())
        client.update(b"Client Key")
        stored = hashes.Hash(hashes.SHA256())
        stored.update(client.finalize())
        assert stored.finalize() == base64.b64decode(keys.split(":")[0]), role.name


def test_a_login_without_the_right_password_fails(host: Any, postgres: PostgresSettings) -> None:
    for role in logins(postgres):
        own = [one.name for one in postgres.databases if role.name in one.members] or [*role.connects_to]
        for database in own[:1]:
            assert "no password supplied" in refused(host, postgres, role.name, database)
            wrong = refused(host, postgres, role.name, database, "certainly-not-the-password")
            assert "password authentication failed" in wrong
    assert "rejects connection" in refused(host, postgres, "postgres", "postgres", "postgres")
    assert "rejects connection" in refused(host, postgres, "no_such_role", "postgres", "no_such_role")


def test_a_role_cannot_enter_another_database(host: Any, postgres: PostgresSettings) -> None:
    for role in logins(postgres):
        allowed = {*role.connects_to, *(one.name for one in postgres.databases if role.name in one.members)}
        others = {"postgres", "template1", *(one.name for one in postgres.databases)} - allowed
        for database in sorted(others):
            assert "rejects connection" in refused(host, postgres, role.name, database, "irrelevant")


def test_from_outside_only_tls_and_only_the_networks_of_a_role(
    address: str, postgres: PostgresSettings
) -> None:
    if not probed.listens_at(address, postgres.listen_addresses):
        with pytest.raises(OSError, match=r"refused|timed out"):  # the latter behind a firewall
            socket.create_connection((address, postgres.port), timeout=1.5).close()
        return
    for role in logins(postgres):
        own = [one.name for one in postgres.databases if role.name in one.members]
        for database in own or ["postgres"]:
            plain = greet(address, postgres.port, role.name, database, tls=False)
            assert (plain.kind, "rejects connection" in plain.text) == ("E", True)
            if not role.networks:
                closed = greet(address, postgres.port, role.name, database, tls=True)
                assert "rejects connection" in closed.text
    for name in ("postgres", "no_such_role"):
        assert greet(address, postgres.port, name, "postgres", tls=True).kind == "E"


def test_the_certificate_is_for_the_names_that_clients_use(host: Any, postgres: PostgresSettings) -> None:
    own = postgres.certificate
    if not isinstance(own, OwnCertificate):
        pytest.skip("its certificate comes from files")
    handshake = (
        f"openssl s_client -starttls postgres -connect 127.0.0.1:{postgres.port} </dev/null 2>/dev/null"
    )
    if "127.0.0.1" not in postgres.listen_addresses and "0.0.0.0" not in postgres.listen_addresses:
        pytest.skip("it does not listen on loopback")
    output = host.check_output(f"{handshake} | openssl x509 -noout -ext subjectAltName -checkend 86400")
    assert all(f"DNS:{name}" in output for name in own.names)
    for given in (
        "-tls1_1",
        "-tls1_2 -cipher AES128-SHA256:ECDHE-RSA-AES128-SHA256:ECDHE-ECDSA-AES128-SHA256",
    ):
        old = f"{handshake.replace('s_client', f's_client {given}')} | grep -c 'BEGIN CERTIFICATE'"
        assert host.run(old).stdout.strip() in ("", "0"), given
    older = f"{handshake.replace('s_client', 's_client -tls1_2')} | grep -c 'BEGIN CERTIFICATE'"
    assert (host.run(older).stdout.strip() == "1") == (postgres.tls_profile == "intermediate")


def test_roles_may_do_what_the_inventory_says_and_no_more(psql: Psql, postgres: PostgresSettings) -> None:
    for role in postgres.roles:
        query = (
            "SELECT rolcanlogin, rolsuper, rolcreatedb, rolcreaterole, rolreplication, rolbypassrls, "
            f"rolconnlimit FROM pg_roles WHERE rolname = '{role.name}'"
        )
        login, databases = ("t" if given else "f" for given in (role.password, role.create_databases))
        assert psql(query) == f"{login}|f|{databases}|f|f|f|{role.connection_limit or -1}"
        groups = psql(
            "SELECT g.rolname FROM pg_auth_members m JOIN pg_roles g ON g.oid = m.roleid "
            f"JOIN pg_roles r ON r.oid = m.member WHERE r.rolname = '{role.name}'"
        )
        assert {*groups.split()} == {*role.member_of}


def test_idle_sessions_and_long_statements_of_a_role_end(psql: Psql, postgres: PostgresSettings) -> None:
    for role in logins(postgres):
        kept = psql(
            "SELECT unnest(setconfig) FROM pg_db_role_setting s JOIN pg_roles r ON r.oid = s.setrole "
            f"WHERE r.rolname = '{role.name}' AND s.setdatabase = 0"
        )
        output = dict(line.split("=") for line in kept.splitlines())
        assert output["idle_session_timeout"] == f"{role.idle_session_timeout_seconds}s"
        within = output["idle_in_transaction_session_timeout"]
        assert within == f"{role.idle_in_transaction_session_timeout_seconds}s"
        assert output["statement_timeout"] == f"{role.statement_timeout_seconds}s"


def test_a_database_has_the_owner_encoding_and_locale_of_the_inventory(
    psql: Psql, databases: tuple[Database, ...]
) -> None:
    for database in databases:
        query = (
            "SELECT pg_get_userbyid(datdba), pg_encoding_to_char(encoding), datcollate "
            f"FROM pg_database WHERE datname = '{database.name}'"
        )
        assert psql(query) == f"{database.owner}|{database.encoding}|{database.locale}"
        found = psql("SELECT extname FROM pg_extension", database.name).split()
        assert {*database.extensions} <= {*found}


def test_only_its_members_may_enter_a_database_and_only_its_owner_may_create(
    psql: Psql, postgres: PostgresSettings, databases: tuple[Database, ...]
) -> None:
    for database in databases:
        rows = psql(
            "SELECT rolname, has_database_privilege(oid, current_database(), 'CONNECT'), "
            "has_schema_privilege(oid, 'public', 'CREATE') FROM pg_roles UNION ALL SELECT '', "
            "has_database_privilege('public', current_database(), 'CONNECT, TEMPORARY'), "
            "has_schema_privilege('public', 'public', 'CREATE')",
            database.name,
        )
        may = {name: rights for name, *rights in (row.split("|") for row in rows.splitlines())}
        for role in postgres.roles:
            own = [role.name in database.members, role.name == database.owner]
            assert may[role.name] == ["t" if one else "f" for one in own], (role.name, database.name)
        assert may[""] == ["f", "f"], database.name
