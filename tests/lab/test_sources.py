"""Packages from a repository beside the distribution's: only what was asked for, only what its key signed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from rigwright import lab
from rigwright.desired import Desired, PackageSource
from rigwright.desired.package_sources import desired
from tests.support.repository import Repository
from tests.support.target import Target


@pytest.fixture(scope="module")
def host() -> Iterator[Target]:
    """A host that has a signed repository of its own, with a package of ours and a hostile bash."""
    lab.down("t-sources13")
    target = Target(lab.up("t-sources13", "debian13"))
    repository = Repository(target)
    repository.toy("hello", "rig-hello", "7.1")
    repository.toy("hello", "bash", "99")
    repository.publish("hello")
    yield target
    lab.down("t-sources13")


def source(host: Target, key: str = "good") -> Desired:
    told = PackageSource(
        name="hello",
        uri="file:///srv/packages/hello",
        suite="./",
        components=(),
        key=host.sh(f"cat /srv/{key}.asc") + "\n",
        packages=("rig-hello",),
    )
    found = desired([told, told])
    assert found
    return found


def test_a_key_that_did_not_sign_it_is_refused_and_nothing_changes(host: Target) -> None:
    before = host.sh("find /etc/apt -type f -exec sha256sum {} + | sort")
    done = host.apply(source(host, "other"))
    assert (done.code, "is not signed" in done.stdout, "nothing was changed" in done.stdout) == (
        22,
        True,
        True,
    )
    assert host.sh("find /etc/apt -type f -exec sha256sum {} + | sort") == before
    assert host.sh("ls /etc/apt/keyrings 2>/dev/null || :") == ""


def test_a_source_that_does_not_answer_is_refused(host: Target) -> None:
    elsewhere = source(host)
    gone = tuple(
        replace(one, content=one.content.replace(b"/srv/packages/hello", b"/srv/packages/gone"))
        for one in elsewhere.files
    )
    done = host.apply(replace(elsewhere, files=gone))
    assert (done.code, "nothing was changed" in done.stdout) == (22, True), done


def test_no_check_leaves_anything_behind(host: Target) -> None:
    assert host.sh("ls -d /tmp/tmp.* 2>/dev/null || :") == ""


def test_what_its_key_signed_is_installed(host: Target) -> None:
    assert host.apply(source(host)).code == 0
    host.install(Desired("toy", packages=("rig-hello",)))
    assert host.sh("dpkg-query -W -f '${Version}' rig-hello") == "7.1"
    assert host.drift(source(host)) == []


def test_a_wrong_key_does_not_replace_the_right_one(host: Target) -> None:
    """Although nothing is to be installed, which would have told."""
    assert host.apply(source(host, "other")).code == 22
    assert host.drift(source(host)) == []


def test_nothing_of_the_distribution_is_replaced_from_there(host: Target) -> None:
    policy = host.sh("apt-cache policy bash")
    assert "99" in policy, "apt does not see the hostile package, so this test shows nothing"
    candidate = next(line for line in policy.splitlines() if "Candidate:" in line)
    assert "99" not in candidate


def test_a_source_that_nobody_wants_any_more_goes(host: Target) -> None:
    assert host.apply(Desired("sources")).code == 0
    assert host.sh("ls /etc/apt/sources.list.d /etc/apt/keyrings | grep rigwright || :") == ""
