"""PostgreSQL, Redis and Docker as Prometheus sees them: measured, faulty, and no longer measured."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from string import ascii_lowercase
from typing import cast

import pytest

from deploys.redis.runtime_state import QUERY
from rigwright import lab
from rigwright.desired import Desired
from rigwright.settings.platform import Os
from tests.support import waiting
from tests.support.measured import EXPORTER, POOLER, Measured
from tests.support.monitored import NEEDS_HARDWARE

QUIET = {"Watchdog"}


wait_until = partial(waiting.wait_until, seconds=120)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """On both releases of Debian, or on what ``--os`` names."""
    systems = metafunc.config.getoption("--os") or ["debian13", "debian12"]
    metafunc.parametrize("host", systems, indirect=True, scope="module")


@pytest.fixture(scope="module")
def host(request: pytest.FixtureRequest) -> Iterator[Measured]:
    system = cast("Os", request.param)
    name = f"m-exporters{system.strip(ascii_lowercase)}"
    lab.down(name)
    target = Measured(lab.up(name, system))
    target.sh("apt-get -qq update")
    whole = target.rig().desired()
    target.install(Desired("all", packages=tuple(sorted({name for one in whole for name in one.packages}))))
    target.bring(target.rig())
    # Without its first dump a database is an alert, which here fires at once.
    target.sh("systemctl start rigwright-postgres-dump.service")
    yield target
    lab.down(name)


def test_every_target_is_up_and_nothing_differs_or_fires(host: Measured) -> None:
    jobs = {"alertmanager", "docker", "node", "postgres", "prometheus", "redis", *host.pooled}
    wait_until(lambda: host.targets() == {(job, "up") for job in jobs} and host.firing() == QUIET)
    for one in host.rig().desired():
        assert host.drift(one) == [], one.subsystem


def test_every_metric_that_a_rule_names_is_there(host: Measured) -> None:
    """A rule on a metric that nothing exports never fires."""
    host.pool("SELECT 1")  # a pool is there from its first client on
    if host.pooled:
        wait_until(lambda: bool(host.query('pgbouncer_pools_server_active_connections{user="owner"}')))
    rules = [rule for group in host.api("rules")["groups"] for rule in group["rules"]]
    assert {rule["health"] for rule in rules} == {"ok"}
    named = {
        name
        for rule in rules
        if rule["type"] == "alerting"
        for name in re.findall(r"\b(?:pg|pgbouncer|redis|engine|node)_[A-Za-z0-9_]+", rule["query"])
    }
    assert {name.partition("_")[0] for name in named} == {"pg", "redis", "engine", "node", *host.pooled}
    assert named - set(host.api("label/__name__/values")) == NEEDS_HARDWARE
    # The labels that a rule names must be there too.
    for series in (
        'redis_instance_info{maxmemory_policy="noeviction"}',
        'engine_daemon_container_actions_seconds_count{action="start"}',
        'pg_stat_database_deadlocks{datname="studio"}',
        'pg_stat_activity_max_tx_duration{datname="studio"}',
    ):
        assert host.query(series), series
    for name in (
        "pools_server_active_connections",
        "pools_client_waiting_connections",
        "databases_pool_size",
    ):
        assert bool(host.query(f'pgbouncer_{name}{{database="studio"}}')) is bool(host.pooled), name


def test_what_is_full_or_cannot_save_fires_and_resolves(host: Measured) -> None:
    wait_until(lambda: host.firing() == QUIET)
    sleep = "runuser -u postgres -- psql -X -d studio -c 'SELECT pg_sleep(300)' >/dev/null 2>&1 </dev/null"
    host.sh(f"cd /; for n in $(seq 33); do {sleep} & done")
    host.app("EVAL \"for n = 1, 60 do redis.call('SET', 'x' .. n, string.rep('x', 100000)) end\" 0")
    host.sh("chmod 555 /var/lib/redis; chown root /var/lib/redis")
    host.sh(f"{QUERY} do BGSAVE")
    full = {"PostgresConnectionsNearlyUsed", "RedisMemoryFull", "RedisSaveFailed"}
    wait_until(lambda: host.firing() == QUIET | full)
    host.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query = 'SELECT pg_sleep(300)'")
    host.sh("chown redis /var/lib/redis; chmod 750 /var/lib/redis")
    host.sh(f"{QUERY} do SAVE; {QUERY} do FLUSHALL")
    wait_until(lambda: host.firing() == QUIET)


def test_a_pool_that_is_used_up_and_its_waiting_clients_fire_and_resolve(host: Measured) -> None:
    if not host.pooled:
        pytest.skip("this system packages no such exporter of PgBouncer")
    wait_until(lambda: host.firing() == QUIET)
    for _ in range(3):
        host.pool("SELECT pg_sleep(45)", ">/dev/null 2>&1 </dev/null &")
    wait_until(lambda: host.firing() == QUIET | {"PgBouncerPoolNearlyUsed", "PgBouncerClientsWait"})
    wait_until(lambda: host.firing() == QUIET)


def test_a_transaction_that_goes_on_is_measured_by_its_age(host: Measured) -> None:
    """Four hours are too long for a test: the rule's own figure is checked instead."""
    sleep = "psql -X -d studio -c 'SELECT pg_sleep(60)'"
    host.sh(f"systemd-run -q --collect --unit=t-long --uid=postgres {sleep}")
    wait_until(lambda: host.query('max(pg_stat_activity_max_tx_duration{datname="studio"})')[0] > 5)
    host.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query = 'SELECT pg_sleep(60)'")
    wait_until(lambda: host.query('max(pg_stat_activity_max_tx_duration{datname="studio"})')[0] < 5)


def test_a_deadlock_is_counted(host: Measured) -> None:
    host.sql("CREATE TABLE two AS SELECT generate_series(1, 2) AS n")
    take = "UPDATE two SET n = n WHERE n ="
    crossing = f"BEGIN; {take} $1; SELECT pg_sleep(5); {take} $2"
    update = f'runuser -u postgres -- psql -X -q -c "{crossing}" >/dev/null 2>&1 </dev/null'
    host.sh(f"cd /; for order in '1 2' '2 1'; do set -- $order; {update} & done; wait")
    wait_until(lambda: host.query('max(pg_stat_database_deadlocks{datname="postgres"})')[0] >= 1)
    host.sql("DROP TABLE two")


def test_what_is_down_fires_and_an_exporter_that_starts_first_finds_it_later(host: Measured) -> None:
    wait_until(lambda: host.firing() == QUIET)
    # PgBouncer's exporter stops with it: what gives no metrics fires as such.
    services = " ".join(("redis-server", "postgresql", *host.pooled))
    down = {"PostgresDown", "RedisDown", *(["TargetDown"] if host.pooled else [])}
    host.sh(f"systemctl stop {services}")
    wait_until(lambda: host.firing() == QUIET | down)
    host.sh("systemctl restart prometheus-postgres-exporter prometheus-redis-exporter; sleep 2")
    host.sh(f"systemctl start {services}")
    wait_until(lambda: host.firing() == QUIET)
    for name in (
        "pg_stat_database_numbackends",
        "pg_settings_max_connections",
        *(f"{job}_databases_pool_size" for job in host.pooled),
        "redis_memory_used_bytes",
    ):
        wait_until(partial(_measured_now, host, name))


def test_the_poolers_exporter_finds_a_pooler_that_died_and_came_back(host: Measured) -> None:
    if not host.pooled:
        pytest.skip("this system packages no such exporter of PgBouncer")
    whole = host.rig().of("postgres")
    assert whole
    host.sh("systemctl kill -s KILL pgbouncer; while systemctl -q is-active pgbouncer; do sleep 0.2; done")
    assert [one.where for one in host.drift(whole)] == ["pgbouncer.service"]
    assert host.apply(whole).code == 0
    wait_until(partial(_measured_now, host, "pgbouncer_databases_pool_size"))
    account = host.sh("ps -o user:40= -p $(systemctl show -p MainPID --value prometheus-pgbouncer-exporter)")
    assert account not in ("root", "postgres", "prometheus")


def _measured_now(host: Measured, name: str) -> bool:
    return bool(host.query(f"last_over_time({name}[6s])"))


def test_the_exporter_of_redis_can_neither_read_nor_destroy_data(host: Measured) -> None:
    assert host.app("SET kept yes") == "OK"
    for words in (
        "GET kept", "SET kept no", "DEL kept", "KEYS '*'", "SCAN 0", "DBSIZE", "PUBLISH news x",
        "CONFIG SET maxmemory 1", "SLOWLOG GET", "EVAL 'return 1' 0", "FLUSHALL", "SHUTDOWN NOSAVE",
    ):  # fmt: skip
        output = host.sh(f"REDISCLI_AUTH={EXPORTER.reveal()} redis-cli --user exporter {words}", check=False)
        assert "NOPERM" in output, words
    assert host.app("GET kept") == "yes"


def test_the_exporters_passwords_are_shown_nowhere(host: Measured) -> None:
    output = host.sh("ps -eo args; journalctl --no-pager; cat /var/lib/rigwright/manifests/*.json")
    output += host.sh("curl -sS 127.0.0.1:9121/metrics 127.0.0.1:9127/metrics 2>&1", check=False)
    output += host.sh(
        "runuser -u nobody -- cat /etc/default/* /etc/redis/* /etc/pgbouncer/* 2>&1", check=False
    )
    for secret in (EXPORTER, POOLER):
        assert secret.reveal() not in output


def test_rejected_clients_fire(host: Measured) -> None:
    """It fires for five minutes: this test does not wait for its end."""
    wait_until(lambda: host.firing() == QUIET and bool(host.query("redis_rejected_connections_total")))
    connect = "[socket.create_connection(('127.0.0.1', 6379)) for _ in range(40)]"
    host.sh(f'python3 -c "import socket, time; kept = {connect}; time.sleep(8)"')
    wait_until(lambda: "RedisConnectionsRejected" in host.firing())


def test_exporters_that_settings_drop_leave_no_port_target_rule_or_way_in(host: Measured) -> None:
    host.bring(host.rig(measured=False))
    listening = host.sh("ss -Hltn")
    assert not [port for port in ("9121", "9127", "9187", "9323") if f":{port} " in listening]
    wait_until(lambda: host.targets() == {(job, "up") for job in ("alertmanager", "node", "prometheus")})
    assert host.sh("ls /etc/prometheus/rules.d").split() == [
        "rigwright-digest.yml",
        "rigwright-postgres.yml",
        "rigwright-prometheus.yml",
    ]
    users = "/etc/pgbouncer/pgbouncer.ini /etc/rigwright/postgres/userlist.txt"
    assert "prometheus" not in host.sh(f"cat {users}")
    assert " exporter " not in host.sh(f"{QUERY} do ACL LIST")
    code = "runuser -u prometheus -- psql -X -w -h /run/postgresql -d postgres -c 'SELECT 1' 2>&1"
    assert "rejects connection" in host.sh(f"cd / && {code}", check=False)
    whole = host.rig(measured=False).of("postgres")
    assert whole
    # A role is never dropped, and reported until an operator drops it.
    assert [one.where for one in host.drift(whole)] == ["not in the inventory: prometheus"]
    host.sql("DROP ROLE prometheus")
    assert host.drift(whole) == []
