"""Host tests query running hosts: ``host`` is testinfra's, a subsystem's fixture its settings."""

from __future__ import annotations

import shlex
import socket
import tempfile
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from testinfra.host import Host as TestedHost

from rigwright.inventory.load import Host, limit, load
from rigwright.remote import route
from rigwright.remote.destination import SCHEME, uri
from rigwright.verify import UNREACHABLE
from tests.support.claim_limit import limited
from tests.support.everything import applications, calm, web, zone
from tests.support.psql import Psql
from tests.support.ssh_backend import NoCommandError, ShellBackend

DIRECT_SECONDS = 3
"""How long a connection may take that does not go through the jump host."""

__all__ = ["applications", "calm", "web", "zone"]  # fixtures of the scenario everything

if TYPE_CHECKING:
    from deploys.base.settings import BaseSettings
    from deploys.firewall.settings import FirewallSettings
    from deploys.nginx.settings import NginxSettings
    from deploys.postgres.settings import PostgresSettings


def _hosts(config: pytest.Config) -> tuple[Host, ...]:
    inventory = config.getoption("--inventory")
    return limit(load(inventory), config.getoption("--limit")) if inventory else ()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Every host test runs on every host of the inventory."""
    if "described" in metafunc.fixturenames:
        hosts = _hosts(metafunc.config)
        metafunc.parametrize("described", hosts, ids=[host.name for host in hosts], scope="session")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What needs stand-ins first: nginx passes over for a while what did not respond before they ran."""
    items.sort(key=lambda item: "applications" not in getattr(item, "fixturenames", ()))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup() -> Generator[None, None, None]:
    """Nothing that a test needs is waited for without end."""
    with limited():
        return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call() -> Generator[None, None, None]:
    """Nor is its claim."""
    with limited():
        return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Mark a test that could not be made, because the host could not be reached through SSH."""
    if call.excinfo and (reason := unreachable(call.excinfo.value)):
        item.user_properties.append((UNREACHABLE, reason))
        item.session.shouldfail = "a host cannot be reached"  # each further test would wait for it
    return (yield)


def unreachable(error: BaseException) -> str | None:
    """Why a command never ran on the host; None for any other error."""
    return str(error) if isinstance(error, NoCommandError) else None


@pytest.fixture(scope="session")
def sockets() -> Iterator[Path]:
    """A folder of the user's alone, with a short name.

    The path of a socket has at most 103 bytes on macOS, whose own folder for temporary files takes half of
    them; ssh adds 17 to what it is given.
    """
    with tempfile.TemporaryDirectory(prefix="rig-", dir="/tmp", ignore_cleanup_errors=True) as folder:
        yield Path(folder)


@pytest.fixture(scope="session")
def host(described: Host, sockets: Path) -> Any:
    """The host through testinfra: as root, over one SSH connection, with its pinned key."""
    data = described.data
    options = [
        ("StrictHostKeyChecking", "yes"),
        ("UserKnownHostsFile", data["ssh_known_hosts_file"]),
        ("GlobalKnownHostsFile", "/dev/null"),
        ("BatchMode", "yes"),
        ("LogLevel", "ERROR"),
        *route.of(described.name, data).options(),
    ]
    extra = " ".join(["-F none", *(f"-o {shlex.quote(f'{name}={value}')}" for name, value in options)])
    backend = ShellBackend(
        uri(data["ssh_hostname"], data["ssh_user"], data["ssh_port"]).removeprefix(SCHEME),
        ssh_extra_args=extra,
        controlpath=str(sockets / "s"),
        sudo=True,
    )
    return TestedHost(backend)


@pytest.fixture(scope="session")
def address(described: Host) -> str:
    """Where the host is reached from outside; behind a jump host nothing may be."""
    way = route.of(described.name, described.data)
    if way.proxy:
        try:
            socket.create_connection((way.address, way.port), timeout=DIRECT_SECONDS).close()
        except OSError:
            pytest.skip(
                "the host is reached through a jump host alone: ask its services from where they serve"
            )
    return way.address


def _settings(described: Host, subsystem: str) -> Any:
    """Those of the inventory; a host without them has nothing to verify."""
    found = getattr(described.rig, subsystem, None)
    if found is None:
        pytest.skip(f"the inventory has no {subsystem} for this host")
    return found


@pytest.fixture(scope="session")
def base(described: Host) -> BaseSettings:
    """The settings of the base."""
    found: BaseSettings = _settings(described, "base")
    return found


@pytest.fixture(scope="session")
def firewall(described: Host) -> FirewallSettings:
    """The settings of the firewall."""
    found: FirewallSettings = _settings(described, "firewall")
    return found


@pytest.fixture(scope="session")
def nginx(described: Host) -> NginxSettings:
    """The settings of nginx."""
    found: NginxSettings = _settings(described, "nginx")
    return found


@pytest.fixture(scope="session")
def postgres(described: Host) -> PostgresSettings:
    """The settings of PostgreSQL."""
    found: PostgresSettings = _settings(described, "postgres")
    return found


@pytest.fixture(scope="session")
def psql(host: Any, postgres: PostgresSettings) -> Psql:
    """Queries of the running server."""
    return Psql(host, postgres.port)


@pytest.fixture(scope="session")
def root() -> Path:
    """The repository."""
    return Path(__file__).resolve().parents[2]
