"""Where backups of hosts are, and the bundle of the inventory's repository that is beside them."""

from __future__ import annotations

from rigwright.backup import bundle
from rigwright.backup.bundle import About
from rigwright.desired import BackupPlace
from rigwright.errors import RigError
from rigwright.inventory.load import Host
from rigwright.remote.ssh import Connection


def places(host: Host) -> list[tuple[str, BackupPlace, str]]:
    """The places of a host whose passphrase is from a store: subsystem, place and the store's folder."""
    return [
        (one.subsystem, place, place.store)
        for one in host.rig.desired()
        for place in one.backup_places
        if place.store
    ]


def known(host: str, place: BackupPlace, connection: Connection) -> tuple[bool, About | None]:
    """Whether the place is there, and the bundle that is in it.

    Raises:
        RigError: That is unknown.
    """
    return bundle.about(connection.root(["sh", "-c", place.about]).output(host), host)


def read(host: str, place: BackupPlace, connection: Connection) -> str:
    """The bundle itself.

    Raises:
        RigError: There is none, or the place is away.
    """
    done = connection.root(["sh", "-c", place.get])
    if done.code:
        raise RigError(
            f"there is no bundle of the repository beside the {place.name}",
            host=host,
            next_step="rig backup bundle",
        )
    return done.stdout
