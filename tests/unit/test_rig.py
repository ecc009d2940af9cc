"""A rig is right as a whole before any host hears of it."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from deploys.base.settings import BaseSettings, Placement
from deploys.cross_checks import memory_short, port_with_two_owners
from deploys.nginx.settings import NginxSettings
from deploys.postgres.settings import PostgresSettings
from deploys.redis.settings import RedisSettings
from deploys.rig import Machine, Rig
from rigwright.desired import Desired, Socket
from rigwright.secrets.value import Secret


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (Socket("0.0.0.0", 80), Socket("127.0.0.1", 80)),
        (Socket("127.0.0.1", 80), Socket("127.0.0.1", 80)),
        (Socket("::", 80), Socket("::1", 80)),
        (Socket("0.0.0.0", 443, "udp"), Socket("192.0.2.1", 443, "udp")),
    ],
)
def test_a_port_with_two_owners_is_refused_with_both_named(one: Socket, other: Socket) -> None:
    problem = port_with_two_owners([Desired("nginx", sockets=(one,)), Desired("toy", sockets=(other,))])
    assert problem
    assert f"port {one.port} has two owners: nginx" in problem
    assert "and toy" in problem


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (Socket("127.0.0.1", 80), Socket("127.0.0.2", 80)),
        (Socket("0.0.0.0", 80), Socket("0.0.0.0", 81)),
        (Socket("0.0.0.0", 443), Socket("0.0.0.0", 443, "udp")),
        (Socket("0.0.0.0", 80), Socket("::", 80)),
    ],
)
def test_sockets_that_can_both_be_opened_are_no_clash(one: Socket, other: Socket) -> None:
    assert port_with_two_owners([Desired("nginx", sockets=(one,)), Desired("toy", sockets=(other,))]) is None


def test_sizes_are_written_as_people_write_them() -> None:
    assert Machine(os="debian13", memory="128GB").memory == 128 * 10**9  # type: ignore[arg-type]
    assert Machine(os="debian13", memory="16GiB").memory == 16 * 2**30  # type: ignore[arg-type]


def test_budgets_above_the_machines_memory_are_refused_with_each_share() -> None:
    wanted = [Desired("postgres", memory_bytes=3 * 2**30), Desired("redis", memory_bytes=2**30)]
    problem = memory_short(wanted, 4 * 2**30)
    assert problem
    assert "4.0 GiB of memory (postgres 3.0 GiB, redis 1.0 GiB)" in problem
    assert memory_short(wanted, 5 * 2**30) is None
    assert memory_short(wanted, None) is None


def test_an_inventory_with_a_port_of_two_owners_does_not_load() -> None:
    """The web server's plain port, and PostgreSQL on the same one."""
    taken = NginxSettings(http_port=5432)
    with pytest.raises(ValidationError, match=r"port 5432 has two owners: postgres on .* and nginx on 0\.0"):
        Rig(machine=Machine(os="debian13"), nginx=taken, postgres=PostgresSettings())
    assert Rig(machine=Machine(os="debian13"), nginx=taken)


def test_a_limit_below_what_a_subsystem_is_given_is_refused() -> None:
    def rig(limit: int) -> Rig:
        placements = [Placement(unit="postgresql@17-main.service", memory_max=limit)]
        return Rig(
            machine=Machine(os="debian13"),
            base=BaseSettings(placements=placements),
            postgres=PostgresSettings(memory=2**30),
        )

    rig(2**30)
    message = r"postgresql@17-main\.service may take 0\.5 GiB, and postgres is set to take 1\.0 GiB"
    with pytest.raises(ValidationError, match=message):
        rig(2**29)


def test_an_inventory_whose_memory_does_not_add_up_does_not_load() -> None:
    small = Machine(os="debian13", memory="2GiB")  # type: ignore[arg-type]
    database = PostgresSettings(memory="1.5GiB")  # type: ignore[arg-type]
    cache = RedisSettings(
        administrator_password=Secret("admin", "an administrator's password"),
        memory="1GiB",  # type: ignore[arg-type]
    )
    problem = r"(?s)more than .* of machine\.memory, 2\.0 GiB; give one of them less"
    with pytest.raises(ValidationError, match=problem):
        Rig(machine=small, postgres=database, redis=cache)
    assert Rig(machine=small, postgres=database)


def test_a_copy_with_other_values_has_another_desired_state() -> None:
    rig = Rig(machine=Machine(os="debian13"), nginx=NginxSettings())
    assert rig.of("nginx")
    assert rig.model_copy(update={"nginx": None}).of("nginx") is None
