"""Package sources, as apt reads them."""

from __future__ import annotations

import dataclasses

import pytest

from rigwright.desired import PackageSource
from rigwright.desired.package_sources import desired

TOOLS = PackageSource(
    "tools", "https://apt.example.org/debian", "trixie", ("main", "extra"), "KEY\n", ("tool-*", "libtool9")
)


def test_apt_gets_the_address_the_key_and_the_pins_of_a_source() -> None:
    found = desired([TOOLS])
    assert found
    assert {file.path: file.content.decode() for file in found.files} == {
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


def test_only_the_named_packages_in_the_pinned_version_come_from_a_source() -> None:
    found = desired([dataclasses.replace(TOOLS, version="9.*")])
    assert found
    (pins,) = [file.content.decode() for file in found.files if "preferences" in file.path]
    assert pins == (
        "Package: tool-* libtool9\nPin: version 9.*\nPin-Priority: 900\n\n"
        'Package: tool-* libtool9\nPin: origin "apt.example.org"\nPin-Priority: -1\n\n'
        'Package: *\nPin: origin "apt.example.org"\nPin-Priority: 100\n'
    )


def test_apt_checks_each_source_before_it_is_used() -> None:
    other = dataclasses.replace(TOOLS, name="more")
    found = desired([TOOLS, other])
    assert found
    assert [check.name for check in found.checks] == [
        "apt with the key of more",
        "apt with the key of tools",
    ]
    for name, check in zip(("more", "tools"), found.checks, strict=True):
        assert check.command.startswith(f"set -- /etc/apt/sources.list.d/rigwright-{name}.sources\n")
        assert "SourceParts=- " in check.command, "the distribution's sources are not its business"


def test_two_subsystems_may_share_a_source_and_may_not_differ_about_it() -> None:
    assert desired([TOOLS, TOOLS]) == desired([TOOLS])
    with pytest.raises(ValueError, match="called tools and differ"):
        desired([TOOLS, dataclasses.replace(TOOLS, suite="bookworm")])


def test_a_host_without_sources_has_no_such_part() -> None:
    assert desired([]) is None
