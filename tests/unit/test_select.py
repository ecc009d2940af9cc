"""``--limit`` chooses hosts as Ansible does, and never in silence fewer or more than was meant."""

from __future__ import annotations

from fnmatch import fnmatch

import pytest

from rigwright.errors import RigError
from rigwright.inventory.select import exactly, select

HOSTS = {
    "web1": ("web", "prod"),
    "web2": ("web", "prod"),
    "db1": ("db", "prod"),
    "db-old": ("db", "retired", "prod"),
    "prod": ("lonely",),
}
"""``prod`` is a host, and a group of the others."""


@pytest.mark.parametrize(
    ("patterns", "chosen"),
    [
        ([], "web1 web2 db1 db-old prod"),
        (["all"], "web1 web2 db1 db-old prod"),
        (["db1"], "db1"),
        (["web"], "web1 web2"),
        (["db1,web1"], "web1 db1"),
        (["db1", "web1, web2"], "web1 web2 db1"),
        (["web*"], "web1 web2"),
        (["*1"], "web1 db1"),
        (["web?,db[!-]*"], "web1 web2 db1"),
        (["ret*"], "db-old"),
        (["db,!retired"], "db1"),
        (["!db"], "web1 web2 prod"),
        (["!web1", "web"], "web2"),
        (["web,!*1"], "web2"),
        (["*,&db"], "db1 db-old"),
        (["&db,!db1"], "db-old"),
        (["prod"], "prod"),
        (["web1,"], "web1"),
        (["@prod"], "web1 web2 db1 db-old"),
        (["@web,!web1"], "web2"),
        (["@prod,&@db"], "db1 db-old"),
        (["!@prod"], "prod"),
        (["@re*"], "db-old"),
    ],
)
def test_patterns_choose_these_hosts_in_the_inventorys_order(patterns: list[str], chosen: str) -> None:
    assert select(patterns, HOSTS) == chosen.split()


@pytest.mark.parametrize(
    ("patterns", "words"),
    [
        (["wbe1"], ["--limit wbe1 matches no host", "did you mean web1"]),
        (["dbs"], ["did you mean db", "a group: db, lonely, prod, retired, web"]),
        (["web1,nosuch"], ["--limit nosuch matches no host", "use one of: web1, web2"]),
        (["!wbe1"], ["--limit wbe1 matches no host"]),
        (["web,&nosuch"], ["--limit nosuch matches no host"]),
        (["x*"], ["--limit x* matches no host"]),
        (["WEB1"], ["--limit WEB1 matches no host"]),
        (["web,!web"], ["--limit web,!web leaves no host"]),
        (["web,&db"], ["leaves no host"]),
        ([""], ["--limit is empty"]),
        ([" , "], ["--limit is empty"]),
        (["!"], ["matches no host"]),
        (["@wbe"], ["--limit @wbe matches no group", "did you mean web?", "db, lonely, prod, retired, web"]),
        (["@web1"], ["--limit @web1 matches no group"]),
        (["@"], ["--limit @ matches no group"]),
        (["db,!@nosuch"], ["--limit @nosuch matches no group"]),
    ],
)
def test_what_chooses_nothing_is_an_error_that_names_what_is_near(
    patterns: list[str], words: list[str]
) -> None:
    with pytest.raises(RigError) as caught:
        select(patterns, HOSTS)
    for word in words:
        assert word in str(caught.value)


def test_a_message_about_many_hosts_stays_short() -> None:
    with pytest.raises(RigError) as caught:
        select(["nosuch"], {f"host{number}": () for number in range(500)})
    assert "and 480 more" in str(caught.value)


@pytest.mark.parametrize("name", ["web", "a*b", "x[1]", "w?"])
def test_plain_pyinfra_gets_a_pattern_of_one_host(name: str) -> None:
    """As it is matched there: a group of the same name first, then by fnmatch."""
    assert exactly(name) != name
    assert [one for one in (name, f"{name}2", "aXb", "x1", "wX") if fnmatch(one, exactly(name))] == [name]
