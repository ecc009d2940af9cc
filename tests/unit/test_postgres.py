"""What PostgreSQL's settings refuse, and what they come to mean."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from pydantic import ValidationError

from deploys.postgres.access import entries
from deploys.postgres.scram import from_salt, verifier
from deploys.postgres.settings import CertificateFiles, Database, Pgdg, Pooler, PostgresSettings, Role
from deploys.postgres.state import desired
from inventories.scenarios.postgres import everything
from rigwright.desired import Desired, RuntimeState
from rigwright.errors import RigError
from rigwright.secrets.value import Secret
from rigwright.settings.platform import Os, Platform

PASSWORD = Secret("app", "an-app-password-of-tests")


APP = Role(name="app", password=PASSWORD)


DATABASE = Database(name="app", owner="app")


REFUSED: dict[str, tuple[Callable[[], object], str]] = {
    "a password that is too short": (
        lambda: Role(name="app", password=Secret("app", "short")),
        "16 or more",
    ),
    "a password that SASLprep would change": (
        lambda: Role(name="app", password=Secret("app", "ein-Paßwort-das-lang-ist")),
        "printable ASCII",
    ),
    "networks of a group": (lambda: Role(name="app", networks=["10.0.0.0/8"]), "has no password"),
    "a pooler that its tools do not reach": (
        lambda: Pooler(listen_addresses=["172.30.0.1"]),
        "must be one of them",
    ),
    "a pooler without TLS on a public address": (
        lambda: Pooler(listen_addresses=["127.0.0.1", "8.8.8.8"]),
        "is a public address",
    ),
    "a pooler on every address": (
        lambda: Pooler(listen_addresses=["127.0.0.1", "0.0.0.0"]),
        "one address of the host",
    ),
    "a network of every address": (
        lambda: Role(name="app", password=PASSWORD, networks=["0.0.0.0/0"]),
        "is every address",
    ),
    "networks that no address listens for": (
        lambda: PostgresSettings(roles=[Role(name="app", password=PASSWORD, networks=["10.0.0.0/8"])]),
        "loopback alone",
    ),
    "the superuser as a role": (lambda: Role(name="postgres"), "PostgreSQL's own"),
    "a word of the access file as a role": (lambda: Role(name="all"), "PostgreSQL's own"),
    "a template as a database": (lambda: Database(name="template1", owner="app"), "PostgreSQL's own"),
    "a name that SQL would have to quote": (lambda: Role(name='app"; drop'), "should match pattern"),
    "an owner that is no role": (
        lambda: PostgresSettings(databases=[DATABASE]),
        "app names app: add it to roles",
    ),
    "a role in two lists of a database": (
        lambda: Database(name="app", owner="app", readers=["app"]),
        "names app twice",
    ),
    "the exporter's role as one of the settings": (
        lambda: PostgresSettings(exporter_port=9187, roles=[Role(name="prometheus")]),
        "prometheus is the exporter's",
    ),
    "an exporter of the pooler without a password": (
        lambda: Pooler(exporter_port=9127),
        "exporter_password: belongs to exporter_port",
    ),
    "a password of the pooler's exporter that is too short": (
        lambda: Pooler(exporter_port=9127, exporter_password=Secret("exporter", "short")),
        "16 or more",
    ),
    "two roles of one name": (lambda: PostgresSettings(roles=[APP, APP]), "two are named app"),
    "a member of a role that is not declared": (
        lambda: PostgresSettings(roles=[Role(name="app", member_of=["gone"])]),
        "cannot be a member of gone",
    ),
    "a member of what runs programs as the server": (
        lambda: PostgresSettings(roles=[Role(name="app", member_of=["pg_execute_server_program"])]),
        "cannot be a member of pg_execute_server_program",
    ),
    "a role that connects to a database that is not declared": (
        lambda: PostgresSettings(roles=[Role(name="app", password=PASSWORD, connects_to=["gone"])]),
        "connects to gone",
    ),
    "less memory than it starts with": (lambda: PostgresSettings(memory="64MiB"), "greater than"),  # type: ignore[arg-type]
    "a private key among the certificates": (
        lambda: CertificateFiles(
            certificate="-----BEGIN CERTIFICATE-----\n-----BEGIN PRIVATE KEY-----", key=PASSWORD
        ),
        "holds a private key",
    ),
}


@pytest.mark.parametrize("what", REFUSED)
def test_it_refuses(what: str) -> None:
    make, message = REFUSED[what]
    with pytest.raises(ValidationError, match=message):
        make()


def test_no_refusal_shows_a_password() -> None:
    with pytest.raises(ValidationError) as caught:
        Role(name="app", password=Secret("app", "zu-kurz"), networks=["10.0.0.0/8"])
    assert "zu-kurz" not in str(caught.value)


@pytest.mark.parametrize(
    ("system", "packaged"), [("debian12", 15), ("debian13", 17), ("ubuntu2204", 14), ("ubuntu2404", 16)]
)
def test_another_version_than_the_packaged_one_is_refused(system: Os, packaged: int) -> None:
    assert f"postgresql-{packaged}" in desired(PostgresSettings(), Platform(system)).packages
    other = {14: 15, 15: 16, 16: 17, 17: 18}[packaged]
    with pytest.raises(RigError, match=f"packages PostgreSQL {packaged}, not {other}"):
        desired(PostgresSettings(version=other), Platform(system))  # type: ignore[arg-type]


def test_the_verifier_is_that_of_the_rfc() -> None:
    """RFC 7677, section 3: password pencil, its salt and 4096 rounds; proofs worked out from its messages."""
    kept = from_salt(b"pencil", b"[m\x99h\x9d\x125\x8e\xec\xa0K\x14\x126\xfa\x81", 4096)
    assert kept == (
        "SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ=="
        "$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU="
    )


def test_a_verifier_is_the_same_each_time_and_another_for_another_role_or_password() -> None:
    first = verifier("app", PASSWORD)
    assert first == verifier("app", Secret("app", PASSWORD.reveal()))
    assert first.split("$")[1] != verifier("web", PASSWORD).split("$")[1]
    assert first != verifier("app", Secret("app", "another-password-of-tests"))


def test_no_secret_is_in_what_can_be_shown() -> None:
    """Not in any file that is no secret, nor in a command, which a process list shows."""
    whole = desired(everything("debian13"), Platform("debian13"))
    shown = [file.content.decode() for file in whole.files if not file.secret]
    shown += [step.command + step.only_if for step in whole.steps]
    shown += [one.command + one.remediation + str(one.expected) for one in whole.runtime_states]
    shown += [check.command for check in whole.checks] + [probe.command for probe in whole.probes]
    for role in everything("debian13").roles:
        if role.password:
            assert not any(role.password.reveal() in text for text in shown)
    assert not any("SCRAM-SHA-256$" in text for text in shown)
    (passwords,) = (file.content.decode() for file in whole.files if file.path.endswith(".psql"))
    assert passwords.count("SCRAM-SHA-256$4096:") == 4
    assert "lab-host-only" not in passwords


def test_a_role_gets_into_its_own_databases_and_from_outside_by_tls_only() -> None:
    lines = list(entries(everything("debian13")))
    assert [line for line in lines if '"studio" "studio" ' in line] == [
        'local "studio" "studio" scram-sha-256',
        'host "studio" "studio" 127.0.0.1/32 scram-sha-256',
        'host "studio" "studio" ::1/128 scram-sha-256',
        'hostssl "studio" "studio" 10.0.0.0/8 scram-sha-256',
        'hostssl "studio" "studio" fd00::/8 scram-sha-256',
    ]
    assert not any('"watchers"' in line for line in lines)
    assert {line.split()[1] for line in lines if '"watcher"' in line} == {'"postgres"'}


def runtime_state(whole: Desired, name: str) -> RuntimeState:
    return next(one for one in whole.runtime_states if one.name == name)


def test_nothing_drops_a_role_or_a_database() -> None:
    whole = desired(everything("debian13"), Platform("debian13"))
    assert all(
        "DROP" not in one.remediation.upper().replace("NEVER DROPPED", "") for one in whole.runtime_states
    )
    undeclared = runtime_state(whole, "not in the inventory")
    assert (undeclared.exact, undeclared.remediation) == (True, "")


def test_a_restart_is_the_operators_where_the_settings_say_so() -> None:
    name = "server settings that need a restart"
    for restart, corrected in (("on_change", True), ("report", False)):
        whole = desired(PostgresSettings(restart=restart), Platform("debian13"))  # type: ignore[arg-type]
        assert bool(runtime_state(whole, name).remediation) is corrected
        assert bool(whole.activations[0].restart_on) is corrected


def test_what_a_reload_brings_and_what_only_a_restart_brings_are_two_files() -> None:
    files = {
        file.path: file.content.decode() for file in desired(PostgresSettings(), Platform("debian13")).files
    }
    folder = "/etc/postgresql/17/main/conf.d"
    assert "shared_buffers = '128MB'" in files[f"{folder}/50-rigwright-restart.conf"]
    assert "work_mem = '4MB'" in files[f"{folder}/50-rigwright.conf"]
    assert "shared_buffers" not in files[f"{folder}/50-rigwright.conf"]


def test_the_memory_that_it_may_take_is_what_it_was_given() -> None:
    assert desired(PostgresSettings(memory="3GiB"), Platform("debian13")).memory_bytes == 3 * 2**30  # type: ignore[arg-type]


def test_a_changed_access_file_changes_what_the_probe_expects() -> None:
    one, other = (
        desired(PostgresSettings(roles=[APP], databases=databases), Platform("debian13"))
        for databases in ([], [DATABASE])
    )
    assert one.probes[0].command != other.probes[0].command


def test_full_pools_fit_into_the_server_and_into_a_role() -> None:
    settings = {"roles": [APP], "databases": [DATABASE]}
    with pytest.raises(
        ValidationError, match="1 pools of 18 are 18 sessions, and max_connections 20 leaves 17"
    ):
        PostgresSettings(**settings, max_connections=20, pooler=Pooler(pool_size=18))  # type: ignore[arg-type]
    assert PostgresSettings(**settings, max_connections=20, pooler=Pooler(pool_size=17)).pooler  # type: ignore[arg-type]
    few = Role(name="app", password=PASSWORD, connection_limit=4)
    with pytest.raises(ValidationError, match="more sessions than its connection_limit, 4"):
        PostgresSettings(roles=[few], databases=[DATABASE], pooler=Pooler(pool_size=5))


def test_the_pooler_and_the_server_need_a_port_each() -> None:
    with pytest.raises(ValidationError, match="the server's own"):
        PostgresSettings(pooler=Pooler(port=5432))


@pytest.mark.parametrize(("system", "there"), [("debian12", False), ("debian13", True)])
def test_prepared_statements_are_pooled_where_the_pooler_knows_them(system: Os, there: bool) -> None:
    whole = desired(everything(system), Platform(system))
    (content,) = (one.content.decode() for one in whole.files if one.path.endswith("pgbouncer.ini"))
    assert ("max_prepared_statements" in content) is there


KEY = "-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nof a test\n-----END PGP PUBLIC KEY BLOCK-----\n"


def test_another_version_comes_from_postgresqls_own_repository() -> None:
    whole = desired(PostgresSettings(version=18, pgdg=Pgdg(key=KEY)), Platform("ubuntu2204"))
    (source,) = whole.sources
    assert (source.uri, source.suite) == ("https://apt.postgresql.org/pub/repos/apt", "jammy-pgdg")
    assert {"postgresql-18", "postgresql-client-18", "libpq5"} <= {*source.packages}
    assert "postgresql-18" in whole.packages
    files = {one.path: one.content.decode() for one in whole.files}
    assert "io_method = 'worker'" in files["/etc/postgresql/18/main/conf.d/50-rigwright-restart.conf"]
    assert desired(PostgresSettings(), Platform("ubuntu2204")).sources == ()


def test_a_key_that_is_none_is_refused() -> None:
    with pytest.raises(ValidationError, match="neither an armoured key nor a file"):
        Pgdg(key="inventories/no-such-key.asc")
    with pytest.raises(ValidationError, match="no OpenPGP public key"):
        Pgdg(key="LICENSE")


def test_tls_offers_authenticated_ciphers_alone() -> None:
    def tls(profile: str) -> str:
        settings = PostgresSettings.model_validate({"tls_profile": profile})
        whole = desired(settings, Platform("debian13"))
        (content,) = (one.content.decode() for one in whole.files if one.path.endswith("/50-rigwright.conf"))
        return content

    own = tls("intermediate")
    (line,) = (line for line in own.splitlines() if line.startswith("ssl_ciphers"))
    assert all("GCM" in one or "CHACHA20" in one for one in line.split("'")[1].split(":"))
    assert "ssl_min_protocol_version = 'TLSv1.2'" in own
    assert "ssl_min_protocol_version = 'TLSv1.3'" in tls("modern")


DROP_INS = {
    "/etc/systemd/system/postgresql@.service.d/rigwright-network.conf",
    "/etc/systemd/system/pgbouncer.service.d/rigwright-network.conf",
}


def test_server_and_pooler_wait_for_addresses_of_containers_and_are_asked_for_them() -> None:
    near, far = ("127.0.0.1",), ("127.0.0.1", "172.30.0.1")
    own = desired(PostgresSettings(pooler=Pooler()), Platform("debian13"))
    assert not DROP_INS & {file.path for file in own.files}
    assert not [one.name for one in own.runtime_states if one.name.startswith("addresses")]
    whole = desired(
        PostgresSettings(listen_addresses=far, pooler=Pooler(listen_addresses=far)), Platform("debian13")
    )
    assert {file.path for file in whole.files} >= DROP_INS
    states = {one.name: one.expected for one in whole.runtime_states}
    assert states["addresses"] == (("127.0.0.1:5432", "listening"), ("172.30.0.1:5432", "listening"))
    assert states["addresses of the pooler"][1] == ("172.30.0.1:6432", "listening")
    one = desired(
        PostgresSettings(listen_addresses=far, pooler=Pooler(listen_addresses=near)), Platform("debian13")
    )
    assert len(DROP_INS & {file.path for file in one.files}) == 1
    assert [(socket.address, socket.port) for socket in whole.sockets if socket.port == 6432] == [
        ("127.0.0.1", 6432),
        ("172.30.0.1", 6432),
    ]
