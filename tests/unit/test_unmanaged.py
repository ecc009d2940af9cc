"""What programs print about sockets and units is read as it is meant."""

from __future__ import annotations

import shutil

import pytest

from rigwright.host.unmanaged import PROCESSES, overrides, socket_of

DROP_IN = "/etc/systemd/system/web.service.d/mine.conf"


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (
            'tcp LISTEN 0 511 0.0.0.0:80 0.0.0.0:* users:(("nginx",pid=795,fd=5),("nginx",pid=794,fd=5))',
            ("tcp", "0.0.0.0", 80, ["nginx"]),
        ),
        ("udp UNCONN 0 0 0.0.0.0:4789 0.0.0.0:*", ("udp", "0.0.0.0", 4789, [])),
        (
            'tcp LISTEN 0 4096 *:9100 *:* users:(("prometheus-node",pid=7,fd=3))',
            ("tcp", "::", 9100, ["prometheus-node"]),
        ),
        (
            'tcp LISTEN 0 4096 [::]:22 [::]:* users:(("sshd",pid=9,fd=3),("systemd",pid=1,fd=60))',
            ("tcp", "::", 22, ["sshd", "systemd"]),
        ),
        (
            'udp UNCONN 0 0 127.0.0.53%lo:53 0.0.0.0:* users:(("systemd-resolve",pid=5,fd=13))',
            ("udp", "127.0.0.53%lo", 53, ["systemd-resolve"]),
        ),
        (
            'udp UNCONN 0 0 [fe80::1]%eth0:546 [::]:* users:(("systemd-network",pid=5,fd=13))',
            ("udp", "fe80::1%eth0", 546, ["systemd-network"]),
        ),
        (
            'tcp LISTEN 0 4096 [::ffff:127.0.0.1]:8983 *:* users:(("my java",pid=5,fd=13))',
            ("tcp", "::ffff:127.0.0.1", 8983, ["my java"]),
        ),
    ],
)
def test_a_row_of_ss_is_read(row: str, expected: tuple[str, str, int, list[str]]) -> None:
    found = socket_of(row.split(None, PROCESSES))
    assert (found["protocol"], found["address"], found["port"], found["programs"]) == expected


def states(*paths: str, fragment: str = "/lib/systemd/system/web.service") -> dict[str, dict[str, str]]:
    return {"web.service": {"FragmentPath": fragment, "DropInPaths": " ".join(paths)}}


def test_a_drop_in_where_a_person_puts_it_is_an_override() -> None:
    assert overrides(states(DROP_IN), set()) == {DROP_IN: {"units": ["web.service"], "changed": None}}


def test_a_whole_unit_in_place_of_the_packages_is_an_override() -> None:
    fragment = "/etc/systemd/system/web.service"
    assert set(overrides(states(fragment=fragment), set())) == {fragment}


@pytest.mark.parametrize(
    "path",
    [
        "/run/systemd/system.control/web.service.d/50-CPUWeight.conf",
        "/usr/local/lib/systemd/system/web.service.d/a.conf",
    ],
)
def test_what_was_set_at_run_time_or_below_usr_local_is_an_override(path: str) -> None:
    assert set(overrides(states(path), set())) == {path}


@pytest.mark.parametrize(
    "path",
    [
        "/usr/lib/systemd/system/web.service.d/vendor.conf",
        "/lib/systemd/system/service.d/10-timeout-abort.conf",
        "/run/systemd/generator/web.service.d/50-device.conf",
        "/run/systemd/generator.late/web.service",
        "/run/systemd/system/service.d/zzz-lxc-service.conf",
    ],
)
def test_what_packages_and_generators_make_is_none(path: str) -> None:
    assert overrides(states(path), set()) == {}


def test_ours_is_none() -> None:
    assert overrides(states(DROP_IN), {DROP_IN}) == {}


@pytest.mark.skipif(not shutil.which("dpkg-query"), reason="asks dpkg, which this machine has not")
def test_what_a_package_ships_there_is_none() -> None:
    """The package systemd ships this file in /etc/systemd."""
    shipped = "/etc/systemd/system.conf"
    assert overrides(states(shipped, DROP_IN), set()).keys() == {DROP_IN}
