"""Hosts that know of each other are checked as one value, and each is open for its peers alone."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from deploys.firewall.settings import Access, FirewallSettings
from deploys.fleet import Fleet, Member, Reach
from deploys.postgres.settings import PostgresSettings
from deploys.rig import Machine, Rig
from deploys.ssh.settings import SshSettings
from rigwright.errors import RigError


def rig(listen: str = "10.0.0.20", **more: Any) -> Rig:
    given = {"firewall": FirewallSettings(), **more}
    postgres = PostgresSettings(listen_addresses=["127.0.0.1", listen])
    return Rig(machine=Machine(os="debian13"), ssh=SshSettings(), postgres=postgres, **given)


def member(name: str, inner: str, *groups: str, of: Any = None) -> Member:
    plain = Rig(machine=Machine(os="debian13"), ssh=SshSettings(), firewall=FirewallSettings())
    return Member(host=(name, {"rig": of or plain, "ssh_hostname": name}), inner=inner, groups=groups)


DB = member("db", "10.0.0.20", of=rig())
WEB1, WEB2 = member("web1", "10.0.0.11", "web"), member("web2", "10.0.0.12", "web")
OTHER = member("other", "10.0.0.30")
DATA = Reach(clients=["web"], servers=["db"], port=5432)


def fleet(*members: Member, reaches: tuple[Reach, ...] = (DATA,)) -> Fleet:
    return Fleet(members=members or (DB, WEB1, WEB2, OTHER), reaches=reaches)


def rules(entries: list[tuple[str, dict[str, Any]]], name: str) -> str:
    made = dict(entries)[name]["rig"].of("firewall")
    return "\n".join(file.content.decode() for file in made.files if b"table inet" in file.content)


def test_a_port_is_open_for_the_members_that_reach_it_and_for_no_other() -> None:
    entries = fleet().hosts()
    assert [name for name, _ in entries] == ["db", "web1", "web2", "other"]
    lines = [line.strip() for line in rules(entries, "db").splitlines() if "dport 5432" in line]
    peers = "ip saddr { 10.0.0.11/32, 10.0.0.12/32 } ip daddr 10.0.0.20"
    assert lines == [f'{peers} tcp dport 5432 accept comment "postgres"']
    for name in ("web1", "web2", "other"):
        assert "5432" not in rules(entries, name)


def test_without_the_reach_the_port_stays_as_the_host_has_it() -> None:
    assert dict(fleet(reaches=()).hosts())["db"]["rig"] == DB.rig


def test_a_network_that_the_host_names_itself_stays_open_too() -> None:
    firewall = FirewallSettings(access=[Access(port=5432, networks=["192.0.2.7/32"])])
    own = member("db", "10.0.0.20", of=rig(firewall=firewall))
    assert "{ 10.0.0.11/32, 192.0.2.7/32 }" in rules(fleet(own, WEB1).hosts(), "db")


def test_a_group_has_its_members_and_one_without_any_is_refused() -> None:
    assert [name for name, _ in fleet().hosts("web")] == ["web1", "web2"]
    with pytest.raises(RigError, match="has no group wbe") as caught:
        fleet().hosts("wbe")
    assert "use one of: web" in str(caught.value)


@pytest.mark.parametrize(
    ("members", "reach", "words"),
    [
        ((DB, WEB1, WEB1), DATA, "two are called web1"),
        ((DB, WEB1, member("web3", "10.0.0.11")), DATA, "two have the inner address 10.0.0.11"),
        ((DB, WEB1, member("web", "10.0.0.13")), DATA, "web is a member and a group"),
        ((DB, WEB1), Reach(clients=["wbe"], servers=["db"], port=5432), "wbe is no member and no group"),
        ((DB, WEB1), Reach(clients=["web"], servers=["cache"], port=5432), "cache is no member"),
        ((DB, WEB1), Reach(clients=["db"], servers=["db"], port=5432), "db alone would reach itself"),
        ((DB, WEB1), Reach(clients=["web"], servers=["db"], port=9999), "tcp port 9999 nowhere"),
        ((DB, WEB1), Reach(clients=["web"], servers=["db"], port=5432, protocol="udp"), "5432 nowhere"),
        ((member("db", "10.0.0.20", of=rig("10.9.9.9")), WEB1), DATA, "only on 127.0.0.1, 10.9.9.9"),
        ((member("db", "10.0.0.20", of=rig(firewall=None)), WEB1), DATA, "db has no firewall"),
        ((DB, member("web1", "fd00::11", "web")), DATA, "of one IP version"),
    ],
)
def test_what_cannot_work_is_refused_before_any_host_is_contacted(
    members: tuple[Member, ...], reach: Reach, words: str
) -> None:
    with pytest.raises(ValidationError, match=words):
        fleet(*members, reaches=(reach,))


@pytest.mark.parametrize(
    "access",
    [
        Access(port=5432),
        Access(port=5000, last_port=6000),
        Access(port=5000, last_port=6000, networks=["10.0.0.0/8"]),
    ],
)
def test_a_port_that_is_open_to_more_already_is_refused(access: Access) -> None:
    open_to_all = member("db", "10.0.0.20", of=rig(firewall=FirewallSettings(access=[access])))
    with pytest.raises(ValidationError, match="opens port 5432 already"):
        fleet(open_to_all, WEB1)


@pytest.mark.parametrize("inner", ["192.0.2.1", "8.8.8.8", "127.0.0.1", "169.254.1.1", "::1", "2001:db8::1"])
def test_an_inner_address_is_of_a_private_network(inner: str) -> None:
    with pytest.raises(ValidationError, match="is public"):
        member("web", inner)


def test_a_rig_that_is_still_a_function_is_refused() -> None:
    with pytest.raises(ValidationError, match=r"put the hosts into linked"):
        member("web", "10.0.0.1", of=lambda _hosts: None)
