"""A port that another program has is named with who has it, before anything is installed."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from rigwright.compare.held import HELD
from rigwright.compare.subsystem import compare
from rigwright.desired import Desired, Socket, Unit
from rigwright.drift.preflight import refusal_reason
from rigwright.finding import Finding
from rigwright.host import holders
from rigwright.observed.applied import AppliedSubsystem
from rigwright.observed.holder import Holder
from rigwright.observed.model import Observed, ObservedSubsystem

WEB = Desired("web", sockets=(Socket("0.0.0.0", 80), Socket("::", 80)), units=(Unit("web.service"),))
APACHE = Holder("tcp", "0.0.0.0", 80, "apache2", "apache2.service", "apache2")


def found(
    *held: Holder, manifest: dict[str, Any] | None = None, **applied: AppliedSubsystem
) -> list[Finding]:
    own = ObservedSubsystem({}, {}, {}, {}, {}, {}, manifest, None, holders=held)
    observed = Observed("", {"web": own}, {}, applied, busy=False, root=True)
    return [one for one in compare("h", WEB, observed) if one.kind == HELD]


def test_who_has_the_port_is_named_with_the_command_that_ends_it() -> None:
    (finding,) = found(APACHE, Holder("tcp", "::", 80, "apache2", "apache2.service", "apache2"))
    assert finding.summary == (
        "tcp 0.0.0.0:80 is held by apache2 (apache2.service, package apache2): "
        "systemctl disable --now apache2.service, or give web another port"
    )
    reason = refusal_reason([finding], adopt=True)
    assert reason is not None
    assert "nothing was changed" in str(reason)
    assert "apache2.service" in str(reason)


@pytest.mark.parametrize(
    ("holder", "who"),
    [
        (
            Holder("tcp", "::", 80, "docker-proxy", "docker-1f.scope", ""),
            "docker-proxy (docker-1f.scope): stop",
        ),
        (Holder("tcp", "::", 80, "", "", ""), "an unknown process: stop it"),
        (
            Holder("tcp", "::", 80, "systemd", "old.socket", ""),
            "systemd (old.socket): systemctl disable --now",
        ),
    ],
)
def test_what_no_service_holds_is_named_as_far_as_it_is_known(holder: Holder, who: str) -> None:
    (finding,) = found(holder)
    assert f"tcp [::]:80 is held by {who}" in finding.summary


def test_the_subsystems_own_units_hold_nothing_from_it() -> None:
    assert found(Holder("tcp", "::", 80, "web", "web.service", "web")) == []
    old = Holder("tcp", "::", 80, "old", "old.service", "")
    assert found(old, web=AppliedSubsystem(("old.service",))) == []
    assert found(old, dropped=AppliedSubsystem(("old.service",))) == []
    assert len(found(old)) == 1


def test_after_the_first_apply_it_is_named_and_stops_no_other_subsystem() -> None:
    (finding,) = found(APACHE, manifest={"paths": {}})
    assert refusal_reason([finding], adopt=False) is None


SPEC = {"sockets": [["tcp", "0.0.0.0", 80], ["tcp", "127.0.0.1", 90]]}


@pytest.mark.parametrize(
    ("applied", "states", "queried"),
    [
        (None, ["active"], SPEC["sockets"]),
        ({"sockets": SPEC["sockets"]}, ["active", "reloading"], []),
        ({"sockets": SPEC["sockets"]}, ["active", "failed"], SPEC["sockets"]),
        ({"sockets": SPEC["sockets"][:1]}, ["active"], SPEC["sockets"][1:]),
        ({}, ["active"], SPEC["sockets"]),
    ],
)
def test_a_host_in_sync_is_not_queried_for_holders(applied: Any, states: list[str], queried: Any) -> None:
    assert holders.holders(SPEC, applied, states) == queried
    reserved = {"sockets": [[*row, "reserved"] for row in SPEC["sockets"]]}
    assert holders.holders(SPEC, reserved, ["active"]) == []


@pytest.mark.parametrize(
    ("listed", "address", "overlaps"),
    [
        ("*:80", "0.0.0.0", True),
        ("*:80", "127.0.0.1", True),
        ("[::]:80", "0.0.0.0", False),
        ("[::]:80", "::", True),
        ("0.0.0.0:80", "10.0.0.1", True),
        ("10.0.0.1:80", "0.0.0.0", True),
        ("10.0.0.1:80", "10.0.0.2", False),
        ("127.0.0.53%lo:80", "127.0.0.53", True),
        ("0.0.0.0:8080", "0.0.0.0", False),
    ],
)
def test_an_address_is_taken_by_what_holds_all_of_its_version(
    listed: str, address: str, overlaps: bool
) -> None:
    fields = ["tcp", "LISTEN", "0", "511", listed, "0.0.0.0:*"]
    assert holders._overlaps("tcp", address, 80, fields) is overlaps  # noqa: SLF001
    assert not holders._overlaps("udp", address, 80, fields)  # noqa: SLF001


@pytest.mark.parametrize(
    ("cgroup", "unit"),
    [
        (b"0::/system.slice/apache2.service\n", "apache2.service"),
        (
            b"0::/system.slice/system-postgresql.slice/postgresql@15-main.service\n",
            "postgresql@15-main.service",
        ),
        (b"0::/user.slice/user-0.slice/session-3.scope\n", "session-3.scope"),
        (b"0::/system.slice/docker-0af1.scope\n", "docker-0af1.scope"),
        (b"12:pids:/system.slice/a.service\n0::/\n", "a.service"),
        (b"0::/\n", ""),
        (b"\xff", ""),
    ],
)
def test_the_unit_of_a_process_is_read_from_its_control_group(cgroup: bytes, unit: str) -> None:
    assert holders._unit(cgroup) == unit  # noqa: SLF001


@pytest.fixture
def listener() -> Iterator[int]:
    """A port on which this process listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def test_a_process_of_this_machine_is_found_by_its_port(listener: int) -> None:
    if not Path("/usr/bin/ss").exists():
        pytest.skip("ss of iproute2 is not on this machine")
    (one,) = holders.held([["tcp", "0.0.0.0", listener], ["tcp", "127.0.0.2", listener]])
    assert (one["port"], one["address"]) == (listener, "0.0.0.0")
    assert one["program"].startswith(("py", "python"))
