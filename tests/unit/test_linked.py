"""One host's value in another's settings: typed, resolved before any contact, and named if wrong."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from deploys.base.settings import BaseSettings
from deploys.rig import Machine, Rig
from deploys.ssh.settings import SshSettings
from rigwright.errors import RigError
from rigwright.inventory.linked import Entry, Peers, linked
from rigwright.inventory.load import load, ssh_host

MACHINE = Machine(os="debian13")


def entry(name: str, rig: object, address: str = "192.0.2.1") -> Entry:
    return ssh_host(name, rig, address=address, user="ops", port=2222)


DB = entry("db", Rig(machine=MACHINE, base=BaseSettings(hostname="db.example.com")), "192.0.2.20")


def rig_of(found: list[Entry], name: str) -> Rig:
    rig = dict(found)[name]["rig"]
    assert isinstance(rig, Rig)
    return rig


def test_a_host_uses_the_address_and_the_settings_of_another_wherever_it_stands() -> None:
    def web(hosts: Peers) -> Rig:
        db = hosts["db"]
        assert (db.user, db.port) == ("ops", 2222)
        name = f"web-of-{db.setting('base.hostname', str)}"
        return Rig(machine=MACHINE, base=BaseSettings(hostname=name, time_servers=[db.address]))

    for hosts in ([entry("web", web), DB], [DB, entry("web", web)]):
        base = rig_of(linked(hosts), "web").base
        assert base
        assert (base.hostname, base.time_servers) == ("web-of-db.example.com", ("192.0.2.20",))
    assert rig_of(linked([entry("web", web)], others=[DB]), "web").base == base


def test_hosts_may_know_each_others_addresses() -> None:
    """An address depends on no setting, so that is no circle."""

    def other(name: str):  # type: ignore[no-untyped-def]  # noqa: ANN202
        return lambda hosts: Rig(machine=MACHINE, base=BaseSettings(time_servers=[hosts[name].address]))

    found = linked([entry("a", other("b"), "192.0.2.1"), entry("b", other("a"), "192.0.2.2")])
    bases = {name: rig_of(found, name).base for name in ("a", "b")}
    assert {name: base and base.time_servers for name, base in bases.items()} == {
        "a": ("192.0.2.2",),
        "b": ("192.0.2.1",),
    }


def asking(name: str, path: str, kind: type) -> object:
    return lambda hosts: Rig(machine=MACHINE, base=BaseSettings(hostname=hosts[name].setting(path, kind)))


@pytest.mark.parametrize(
    ("name", "path", "kind", "words"),
    [
        ("dbb", "base.hostname", str, ["web: its settings name the host dbb", "did you mean db? use one of"]),
        ("db", "base.hostnam", str, ["db: base.hostnam: there is no such setting", "did you mean hostname?"]),
        ("db", "bas.hostname", str, ["no such setting as bas; did you mean base?"]),
        ("db", "base.hostname.x", str, ["there is nothing below it"]),
        ("db", "redis.port", int, ["db: redis.port: the host has no redis"]),
        ("db", "base.hostname", int, ["base.hostname: is str, and int was asked for"]),
        ("db", "machine.disks[0].id", str, ["machine.disks[0].id: has no entry 0"]),
        ("db", "base..hostname", str, ["is no part of a setting's path"]),
    ],
)
def test_what_is_not_there_is_named(name: str, path: str, kind: type, words: list[str]) -> None:
    with pytest.raises(RigError) as caught:
        linked([DB, entry("web", asking(name, path, kind))])
    for word in words:
        assert word in str(caught.value)


def test_a_circle_is_named() -> None:
    hosts = [entry(one, asking(other, "base.hostname", str)) for one, other in ("ab", "bc", "ca")]
    with pytest.raises(RigError, match="in a circle: a → b → c → a"):
        linked(hosts)


def test_a_value_of_the_wrong_type_is_refused_where_it_is_used(tmp_path: Path) -> None:
    with pytest.raises(RigError) as caught:
        load(write(tmp_path, "hosts['db'].setting('base', BaseSettings)"))
    assert "BaseSettings.hostname" in str(caught.value)
    assert "inventory.py:" in str(caught.value)


def write(folder: Path, value: str, end: str = "linked(_hosts)") -> Path:
    path = folder / "inventory.py"
    path.write_text(f"""
from deploys.base.settings import BaseSettings
from deploys.rig import Machine, Rig
from rigwright.inventory.linked import linked
from rigwright.inventory.load import ssh_host

_machine = Machine(os="debian13")

def web(hosts):
    return Rig(machine=_machine, base=BaseSettings(hostname={value}))

_hosts = [
    ssh_host("web", web, address="192.0.2.1", user="ops"),
    ssh_host("db", Rig(machine=_machine, base=BaseSettings(hostname="db")), address="192.0.2.2", user="ops"),
]
fleet = {end}
""")
    return path


def test_plain_pyinfra_reads_the_same_inventory(tmp_path: Path) -> None:
    path = write(tmp_path, "'of-' + hosts['db'].setting('base.hostname', str)")
    found = {host.name: getattr(host.rig, "base").hostname for host in load(path)}  # noqa: B009  the toolkit's type
    assert found == {"web": "of-db", "db": "db"}
    argv = [sys.executable, "-m", "pyinfra", str(path), "debug-inventory"]
    done = subprocess.run(argv, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "debian13" in done.stdout + done.stderr


def test_a_function_outside_of_a_linked_group_is_an_error_that_names_the_way(tmp_path: Path) -> None:
    with pytest.raises(RigError, match="linked"):
        load(write(tmp_path, "'x'", end="_hosts"))


def test_a_setting_of_any_type_can_be_passed_on() -> None:
    rig = Rig(machine=MACHINE, ssh=SshSettings())
    seen: list[object] = []

    def web(hosts: Peers) -> Rig:
        seen.append(hosts["db"].setting("ssh", SshSettings))
        return Rig(machine=MACHINE)

    linked([entry("db", rig), entry("web", web)])
    assert seen == [SshSettings()]
