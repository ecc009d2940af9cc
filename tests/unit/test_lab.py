"""What the lab decides before it touches anything: mirrors, images, addresses, a host's own files."""

from __future__ import annotations

import json
from dataclasses import fields, replace
from typing import Any

import pytest

from rigwright.cli.lab import check_kernel
from rigwright.errors import RigError
from rigwright.lab import disk, network, recipe, sources
from rigwright.lab.record import check_name
from rigwright.lab.sources import Mirrors, Source
from rigwright.repository import ROOT

ONE_LINE = """\
# deb http://commented.example/debian bookworm main
deb http://mirror.example/debian bookworm main non-free-firmware  # the archive
deb [arch=amd64 signed-by=/etc/k.gpg] https://mirror.example/debian-security/ bookworm-security main
deb-src http://mirror.example/debian bookworm main
"""
DEB822 = """\
Types: deb deb-src
# a comment between the fields
URIs: http://mirror.example/debian
Suites: bookworm bookworm-updates
Components: main

Types: deb
URIs: http://off.example/debian
Suites: bookworm
Components: main
Enabled: no

Types: deb
URIs: https://mirror.example/debian-security/
Suites: bookworm-security
Components:
 main
 contrib
"""
OURS = Mirrors("http://mirror.example/debian", "https://mirror.example/debian-security")
EMPTY = recipe.BuildEnvironment("", (), ())
TRIXIE = recipe.RECIPES["debian13"]


@pytest.mark.parametrize(
    "found",
    [list(sources.parse_one_line(ONE_LINE)), list(sources.parse_deb822(DEB822))],
    ids=["one-line", "deb822"],
)
def test_mirrors_are_found_in_both_formats_of_apt_sources(found: list[Source]) -> None:
    assert sources.mirrors(found, "debian") == OURS


def test_a_continued_field_and_several_suites_are_read_whole() -> None:
    assert list(sources.parse_deb822(DEB822)) == [
        Source("http://mirror.example/debian", "bookworm", ("main",)),
        Source("http://mirror.example/debian", "bookworm-updates", ("main",)),
        Source("https://mirror.example/debian-security/", "bookworm-security", ("main", "contrib")),
    ]


@pytest.mark.parametrize(
    "other",
    [
        "deb https://download.docker.com/linux/debian bookworm stable",
        "deb https://apt.releases.hashicorp.com bookworm main",
        "deb https://apt.postgresql.org/pub/repos/apt bookworm-pgdg main",
        "deb https://third-party.example/node_22.x nodistro main",
        "deb cdrom:[Debian]/debian bookworm main",
        "deb http://archive.ubuntu.com/ubuntu noble main universe",
    ],
)
def test_another_vendors_archive_is_never_taken_for_debians(other: str) -> None:
    both = sources.parse_one_line(f"{other}\n{ONE_LINE}")
    assert sources.mirrors(both, "debian") == OURS
    assert sources.mirrors(sources.parse_one_line(other), "debian") is None


def test_a_machine_that_names_no_security_archive_lends_no_mirrors() -> None:
    text = "deb http://mirror.example/debian bookworm main"
    assert sources.mirrors(sources.parse_one_line(text), "debian") is None


def test_a_machines_mirror_serves_every_release_of_its_distribution() -> None:
    text = sources.render(TRIXIE, OURS)
    assert [(s.uri, s.suite) for s in sources.parse_deb822(text)] == [
        ("http://mirror.example/debian", "trixie"),
        ("http://mirror.example/debian", "trixie-updates"),
        ("https://mirror.example/debian-security", "trixie-security"),
    ]
    assert "bookworm" not in text


def test_every_part_of_the_recipe_and_of_what_the_machine_lends_names_another_image() -> None:
    others: dict[str, Any] = {f.name: ("other",) for f in fields(TRIXIE) if f.name != "os"}
    changed = [replace(TRIXIE, **{name: other}) for name, other in {**others, "kind": "vm"}.items()]
    lent = [
        recipe.BuildEnvironment("x", (), ()),
        recipe.BuildEnvironment("", ("x",), ()),
        recipe.BuildEnvironment("", (), (("a", "b"),)),
    ]
    images = [recipe.image_name(one, EMPTY) for one in [*recipe.RECIPES.values(), *changed]]
    images += [recipe.image_name(TRIXIE, one) for one in lent]
    assert len(set(images)) == len(images)


def test_the_same_recipe_names_the_same_image() -> None:
    assert recipe.image_name(TRIXIE, EMPTY) == recipe.image_name(replace(TRIXIE), EMPTY)


@pytest.mark.parametrize(
    "name", ["", "-web", "web-", "Web", "a.b", "a_b", "../web", "web/..", ".lab", "x" * 64, "web\n"]
)
def test_what_is_no_dns_label_names_no_host(name: str) -> None:
    with pytest.raises(RigError):
        check_name(name)


@pytest.mark.parametrize("name", ["web", "a", "7", "db-1", "x" * 63])
def test_a_dns_label_names_a_host(name: str) -> None:
    assert check_name(name) == name


@pytest.mark.parametrize(
    ("routes", "subnet"),
    [
        ([], "10.213.0.0/24"),
        (["192.0.2.0/24", "fd00::/64"], "10.213.0.0/24"),
        (["10.213.0.0/23"], "10.213.2.0/24"),
        (["10.213.0.77"], "10.213.1.0/24"),
    ],
)
def test_the_labs_subnet_overlaps_no_route_of_the_machine(routes: list[str], subnet: str) -> None:
    assert network.free_subnet(routes) == subnet


def test_a_machine_without_a_free_subnet_is_refused() -> None:
    with pytest.raises(RigError, match=r"10\.213\.0\.0/16"):
        network.free_subnet(["10.0.0.0/8"])


def test_only_a_firewall_that_drops_forwarded_ipv4_is_warned_of() -> None:
    def chain(family: str, name: str, hook: str | None, policy: str) -> dict[str, object]:
        based = {"hook": hook, "policy": policy} if hook else {}
        return {"chain": {"family": family, "table": "filter", "name": name, **based}}

    listed = [
        {"metainfo": {"version": "1.0.6"}},
        chain("ip", "FORWARD", "forward", "drop"),
        chain("ip", "DOCKER-USER", None, ""),
        chain("ip", "INPUT", "input", "drop"),
        chain("ip6", "FORWARD", "forward", "drop"),
        chain("inet", "forward", "forward", "accept"),
    ]
    assert network.dropping(json.dumps({"nftables": listed})) == ["ip filter FORWARD"]


def test_hosts_have_addresses_of_their_own_that_never_change() -> None:
    net = network.Network("10.213.7.0/24", {}, "boot")
    assert (net.gateway, net.address(10)) == ("10.213.7.1", "10.213.7.10")
    assert network.address6(10) == "fd72:6967:6c61:62::a"
    assert network.mac(10) == "02:72:69:67:00:0a"


def test_interface_names_fit_into_what_the_kernel_allows() -> None:
    # IFNAMSIZ is 16 with its zero byte; the taps of a delay line have one letter more than its bridge.
    names = [network.BRIDGE, network.link(250), f"{network.far_bridge(250)}a"]
    assert max(map(len, names)) <= 15


def test_setting_a_password_touches_one_line_of_shadow() -> None:
    shadow = "root:*:1:0:99999:7:::\noperator:!:1:0:99999:7:::\noperator2:!:1::::::\n"
    assert disk.with_password(shadow, "operator", r"$6$\1$x") == (
        "root:*:1:0:99999:7:::\noperator:$6$\\1$x:1:0:99999:7:::\noperator2:!:1::::::\n"
    )


def test_joining_a_group_touches_one_line_of_group() -> None:
    assert (
        disk.with_member("sudo:x:27:\nsudoers:x:28:\n", "sudo", "operator")
        == "sudo:x:27:operator\nsudoers:x:28:\n"
    )


def test_passwords_differ_each_time() -> None:
    assert disk.new_password() != disk.new_password()


def test_a_lab_host_on_another_system_is_refused_with_the_page_to_read() -> None:
    check_kernel("linux")
    with pytest.raises(RigError, match="lab hosts need the Linux kernel") as raised:
        check_kernel("darwin")
    assert (ROOT / str(raised.value.next_step).rpartition(" ")[2]).is_file()
