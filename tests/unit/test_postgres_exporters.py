"""The exporters of PostgreSQL and PgBouncer: how they log in, and what their rules are."""

from __future__ import annotations

import pytest

from deploys.postgres.settings import Pooler, PostgresSettings
from deploys.postgres.state import desired
from rigwright.desired import Socket
from rigwright.errors import RigError
from rigwright.secrets.value import Secret
from rigwright.settings.platform import Os, Platform
from tests.unit.test_postgres import APP, PASSWORD


def test_the_exporter_gets_in_over_the_socket_alone_and_into_one_database() -> None:
    one = desired(PostgresSettings(exporter_port=9187, port=5433), Platform("debian13"))
    (access,) = (file.content.decode() for file in one.files if file.path.endswith("/pg_hba.conf"))
    assert [line for line in access.splitlines() if "prometheus" in line] == [
        'local "postgres" "prometheus" peer'
    ]
    (variables,) = (file.content.decode() for file in one.files if file.path.startswith("/etc/default/"))
    assert 'DATA_SOURCE_NAME="user=prometheus host=/run/postgresql port=5433 ' in variables
    assert Socket("127.0.0.1", 9187) in one.sockets


def test_the_exporters_role_logs_in_without_a_password_and_measures_alone() -> None:
    one = desired(PostgresSettings(exporter_port=9187), Platform("debian13"))
    (roles,) = (state for state in one.runtime_states if state.name == "roles")
    expected = dict(roles.expected)
    assert expected["prometheus may"] == "log in inherit"
    assert expected["prometheus password revision"] == "none"
    assert expected["prometheus member of"] == "pg_monitor"


def test_the_age_of_the_dump_is_an_alert_with_and_without_an_exporter() -> None:
    for port in (None, 9187):
        names = {
            one.name for one in desired(PostgresSettings(exporter_port=port), Platform("debian13")).alerts
        }
        assert names >= {"PostgresDumpOld", "PostgresDumpMissing"}


def test_without_an_exporter_there_is_no_target_rule_role_or_port_of_it() -> None:
    one = desired(PostgresSettings(roles=[APP], backup=None), Platform("debian13"))
    assert (one.scrape_targets, one.alerts) == ((), ())
    assert [socket.port for socket in one.sockets] == [5432]
    assert not [name for name in one.packages if "exporter" in name]
    message = "".join(one.command + one.remediation for one in one.runtime_states)
    assert "prometheus" not in message


def test_the_poolers_exporter_may_read_figures_with_a_password_that_root_alone_reads() -> None:
    part = Pooler(exporter_port=9127, exporter_password=PASSWORD)
    one = desired(PostgresSettings(pooler=part), Platform("debian13"))
    contents = {file.path: file.content.decode() for file in one.files}
    assert "\nstats_users = prometheus\n" in contents["/etc/pgbouncer/pgbouncer.ini"]
    assert "admin_users" not in contents["/etc/pgbouncer/pgbouncer.ini"]
    clear = {file.path: file.mode for file in one.files if PASSWORD.reveal_bytes() in file.content}
    assert clear == {"/etc/default/prometheus-pgbouncer-exporter": 0o600}
    assert Socket("127.0.0.1", 9127) in one.sockets
    assert [target.job for target in one.scrape_targets] == ["pgbouncer"]


def test_the_poolers_exporter_does_not_run_as_the_server() -> None:
    part = Pooler(exporter_port=9127, exporter_password=PASSWORD)
    one = desired(PostgresSettings(pooler=part), Platform("debian13"))
    path = "/etc/systemd/system/prometheus-pgbouncer-exporter.service.d/hardening.conf"
    (unit,) = (file.content.decode().splitlines() for file in one.files if file.path == path)
    assert {"User=", "DynamicUser=yes"} <= {*unit}


@pytest.mark.parametrize("system", ["debian12", "ubuntu2204", "ubuntu2404"])
def test_the_poolers_exporter_is_refused_where_it_is_another_one(system: Os) -> None:
    part = Pooler(exporter_port=9127, exporter_password=PASSWORD)
    with pytest.raises(RigError, match="packages an old exporter of PgBouncer") as refused:
        desired(PostgresSettings(pooler=part), Platform(system))
    assert refused.value.setting == "postgres.pooler.exporter_port"


def test_a_password_is_no_syntax_of_the_address_that_it_stands_in() -> None:
    part = Pooler(exporter_port=9127, exporter_password=Secret("exporter", "a@b/c:d?e#f%g h&i"))
    one = desired(PostgresSettings(pooler=part), Platform("debian13"))
    path = "/etc/default/prometheus-pgbouncer-exporter"
    (variables,) = (file.content.decode() for file in one.files if file.path == path)
    assert "prometheus:a%40b%2Fc%3Ad%3Fe%23f%25g%20h%26i@127.0.0.1:6432/pgbouncer" in variables
