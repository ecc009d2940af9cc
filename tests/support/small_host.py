"""A lab host with sshd and a web server, applied in seconds."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rigwright import lab
from tests.support.nightly_target import NightlyTarget

INVENTORY = """
from deploys.nginx.settings import FixedResponse, NginxSettings, Site
from deploys.postgres.settings import PostgresSettings
from deploys.rig import Machine, Rig
from deploys.ssh.settings import SshSettings
from rigwright.inventory.load import ssh_host

lab = [
    ssh_host(
        {0.name!r},
        Rig(
            machine=Machine(os={0.os!r}),
            ssh=SshSettings(),
            {1}
            nginx=NginxSettings(
                sites=[Site(name="app", domains=["app.test"], routes=[FixedResponse(body="whole")])]
            ),
        ),
        address={0.address!r}, user={0.user!r}, key={0.key!r}, known_hosts={0.known_hosts!r},
    )
]
"""


@contextmanager
def small_host(name: str, folder: Path, more: str = "") -> Iterator[NightlyTarget]:
    """A fresh one, not applied yet, with more settings, such as ``postgres=PostgresSettings(),``."""
    lab.down(name)
    host = lab.up(name, "debian13")
    inventory = folder / "small.py"
    inventory.write_text(INVENTORY.format(host, more))
    yield NightlyTarget(host, inventory)
    lab.down(name)
