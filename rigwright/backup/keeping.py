"""The bundle of the inventory's repository: put it beside the backups of hosts, and read it back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from rigwright.backup import bundle
from rigwright.backup.bundle import SHOWN, Bundle
from rigwright.backup.carry_out import Ran
from rigwright.backup.places import places, read
from rigwright.desired import BackupPlace
from rigwright.errors import RigError
from rigwright.inventory.fan_out import AT_ONCE, query_hosts
from rigwright.inventory.load import Host
from rigwright.remote.ssh import Connection
from rigwright.secrets import age

DATA = "repository of the inventory"
Packed = Mapping[str, Bundle | RigError]
"""Bundles by the folder of the stores that they are encrypted for, or why there is none."""


def keep(hosts: Sequence[Host], at_once: int = AT_ONCE) -> list[Ran]:
    """Put it beside all backups of these hosts; a host without such places has no part in it."""
    concerned = [host for host in hosts if places(host)]
    packed = {folder: _packed(folder) for host in concerned for _, _, folder in places(host)}

    def one(host: Host, connection: Connection) -> list[Ran]:
        return [_keep(host.name, place, packed[folder], connection) for _, place, folder in places(host)]

    done = query_hosts(concerned, one, lambda host, error: [Ran(host.name, DATA, 1, error=error)], at_once)
    return [ran for each in done for ran in each]


def _packed(folder: str) -> Bundle | RigError:
    try:
        return bundle.pack(Path(folder))
    except RigError as error:
        return error


def _keep(host: str, place: BackupPlace, packed: Bundle | RigError, connection: Connection) -> Ran:
    data = f"{DATA} beside the {place.name}"
    if isinstance(packed, RigError):
        return Ran(host, data, 1, error=packed)
    try:
        done = connection.root(["sh", "-c", place.keep], packed.stream)
    except RigError as error:
        return Ran(host, data, 1, error=error)
    if done.code:
        why = (done.stderr.strip().splitlines() or ["no output"])[-1]
        return Ran(host, data, 1, error=RigError(why, host=host, next_step="rig backup bundle"))
    return Ran(host, data, int(bool(packed.secrets_left_out)), tuple(_lines(packed)))


def _lines(packed: Bundle) -> list[str]:
    lines = [f"commit {packed.about.commit[:12]}, {packed.about.bytes} bytes"]
    if packed.left_out:
        names = ", ".join(packed.left_out[:SHOWN])
        more = f" and {len(packed.left_out) - SHOWN} more" if len(packed.left_out) > SHOWN else ""
        lines.append(f"not committed, and so not in it: {names}{more}")
    if packed.secrets_left_out:
        lines.append("a host could not be built again from it: commit the secrets, and run again")
    return lines


def prove(
    hosts: Sequence[Host], directory: Path, identity: age.Identity, at_once: int = AT_ONCE
) -> list[Ran]:
    """Open the bundles beside the backups of these hosts with a recovery sheet's key.

    Those that are encrypted for the recipients of other stores are left out.
    """

    def one(host: Host, connection: Connection) -> list[Ran]:
        return [_proved(host.name, place, directory, identity, connection) for place in concerned(host)]

    def concerned(host: Host) -> list[BackupPlace]:
        return [place for _, place, folder in places(host) if Path(folder).resolve() == directory.resolve()]

    hosts = [host for host in hosts if concerned(host)]
    done = query_hosts(hosts, one, lambda host, error: [Ran(host.name, DATA, 1, error=error)], at_once)
    return [ran for each in done for ran in each]


def _proved(
    host: str, place: BackupPlace, directory: Path, identity: age.Identity, connection: Connection
) -> Ran:
    data = f"{DATA} beside the {place.name}"
    try:
        count = bundle.opened(read(host, place, connection), identity, directory)
    except RigError as error:
        error.host = error.host or host
        return Ran(host, data, 1, error=error)
    return Ran(host, data, 0, (f"it opens, and so do {count} store{'' if count == 1 else 's'} in it",))
