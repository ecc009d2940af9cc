"""Package sources: what apt is told of them."""

from __future__ import annotations

import dataclasses

import pytest

from rigwright.desired import PackageSource
from rigwright.desired.package_sources import desired

TOOLS = PackageSource(
    "tools", "https://apt.example.org/debian", "trixie", ("main", "extra"), "KEY\n", ("tool-*", "libtool9")
)


def test_apt_is_told_where_whose_and_what() -> None:
    wanted = desired([TOOLS])
    assert wanted
    assert {file.path: file.content.decode() for file in wanted.files} == {
        "/etc/apt/keyrings/rigwright-tools.asc": "KEY\n",
        "/etc/apt/preferences.d/rigwright-tools": (
            'Package: tool-* libtool9\nPin: origin "apt.example.org"\nPin-Priority: 900\n\n'
            'Package: *\nPin: origin "apt.example.org"\nPin-Priority: 100\n'
        ),
        "/etc/apt/sources.list.d/rigwright-tools.sources": (
            "Types: deb\nURIs: https://apt.example.org/debian\nSuites: trixie\nComponents: main extra\n"
            "Signed-By: /etc/apt/keyrings/rigwright-tools.asc\n"
        ),
    }


def test_only_the_wanted_versions_of_what_is_named_come_from_there() -> None:
    wanted = desired([dataclasses.replace(TOOLS, version="9.*")])
    assert wanted
    (pins,) = [file.content.decode() for file in wanted.files if "preferences" in file.path]
    assert pins == (
        "Package: tool-* libtool9\nPin: version 9.*\nPin-Priority: 900\n\n"
        'Package: tool-* libtool9\nPin: origin "apt.example.org"\nPin-Priority: -1\n\n'
        'Package: *\nPin: origin "apt.example.org"\nPin-Priority: 100\n'
    )


def test_apt_is_asked_about_each_source_before_it_is_taken() -> None:
    other = dataclasses.replace(TOOLS, name="more")
    wanted = desired([TOOLS, other])
    assert wanted
    assert [check.name for check in wanted.checks] == [
        "apt with the key of more",
        "apt with the key of tools",
    ]
    for name, check in zip(("more", "tools"), wanted.checks, strict=True):
        assert check.command.startswith(f"path=/etc/apt/sources.list.d/rigwright-{name}.sources\n")
        assert "SourceParts=- " in check.command, "the distribution's sources are not its business"


def test_two_subsystems_may_share_a_source_and_may_not_differ_about_it() -> None:
    assert desired([TOOLS, TOOLS]) == desired([TOOLS])
    with pytest.raises(ValueError, match="called tools and differ"):
        desired([TOOLS, dataclasses.replace(TOOLS, suite="bookworm")])


def test_a_host_without_sources_has_no_such_part() -> None:
    assert desired([]) is None
