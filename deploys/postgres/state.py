"""What PostgreSQL of a host should be."""

from __future__ import annotations

import hashlib
import shlex
from collections.abc import Iterator
from dataclasses import replace

from deploys.postgres import access, exporter, pgdg, pooler, runtime_state, tasks
from deploys.postgres.certificates import CertificateFiles, OwnCertificate
from deploys.postgres.paths import FOLDER, Paths
from deploys.postgres.scram import revision, verifier
from deploys.postgres.server import ServerSetting, server_settings
from deploys.postgres.settings import PostgresSettings
from deploys.postgres.versions import VERSIONS
from rigwright.desired import Activation, Check, Desired, Directory, Drain, File, Probe, Socket, Step, Unit
from rigwright.desired.render import render
from rigwright.errors import RigError
from rigwright.settings.platform import NAMES, Platform

DAY_SECONDS = 86_400
RECOVERY_SECONDS = 60
CHECKPOINT_SECONDS = 120


def desired(settings: PostgresSettings, platform: Platform) -> Desired:
    """Everything that PostgreSQL wants of a host of this platform.

    Raises:
        RigError: The platform has no such PostgreSQL.
    """
    version = _version(settings, platform)
    paths = Paths.of(settings, version)
    server = server_settings(settings, paths)
    files = (*_files(settings, paths, server), *tasks.files(settings, paths))
    own = Desired(
        subsystem="postgres",
        packages=("openssl", f"postgresql-{version}", f"postgresql-client-{version}"),
        versions=((f"postgresql-{version}", str(version)),),
        sources=(pgdg.source(settings.pgdg, version, platform.os),) if settings.pgdg else (),
        files=files,
        directories=(*_directories(paths), *tasks.directories(settings)),
        preserved=_preserved(settings, paths),
        # The other one starts the cluster too: then its own turn would be a restart.
        units=(Unit(paths.unit), Unit("postgresql.service"), *tasks.units(settings)),
        sockets=tuple(Socket(address, settings.port) for address in settings.listen_addresses),
        alerts=tuple(tasks.alerts(settings)),
        activations=(_activation(settings, paths),),
        steps=(*_steps(settings, paths), *tasks.steps(settings)),
        runtime_states=(
            *runtime_state.runtime_states(settings, paths, server),
            *tasks.runtime_states(settings, paths),
        ),
        checks=tuple(_checks(settings, paths)),
        probes=(_probe(files, paths),),
        drains=(_checkpoint(paths),),
        memory_bytes=settings.memory,
    )
    whole = _with_pooler(own, settings, paths, platform) if settings.pooler else own
    return exporter.with_exporters(whole, settings, platform)


def _with_pooler(own: Desired, settings: PostgresSettings, paths: Paths, platform: Platform) -> Desired:
    """The same, and PgBouncer."""
    part = settings.pooler or pooler.Pooler()
    version = ".".join(map(str, platform.choose(pooler.PACKAGED)))
    return replace(
        own,
        packages=(*own.packages, "pgbouncer"),
        versions=(*own.versions, ("pgbouncer", version)),
        files=(*own.files, *pooler.files(settings, part, platform.os)),
        units=(*own.units, Unit(pooler.UNIT)),
        sockets=(*own.sockets, Socket("127.0.0.1", part.port)),
        activations=(*own.activations, pooler.activation()),
        runtime_states=(*own.runtime_states, pooler.reading(part, paths)),
        drains=(pooler.drain(), *own.drains),
    )


def _version(settings: PostgresSettings, platform: Platform) -> int:
    packaged = platform.choose(VERSIONS)
    wanted = settings.version or packaged
    if wanted != packaged and settings.pgdg is None:
        raise RigError(
            f"{NAMES[platform.os]} packages PostgreSQL {packaged}, not {wanted}",
            setting="postgres.version",
            next_step=f"leave version out, set it to {packaged}, or set pgdg",
        )
    return wanted


def _files(postgres: PostgresSettings, paths: Paths, server: tuple[ServerSetting, ...]) -> Iterator[File]:
    hba = render("postgres/_pg_hba.conf.j2", entries=list(access.entries(postgres)))
    part = "postgres/_drop_in.conf.j2"
    reload, restart = ([one for one in server if one.restart is needed] for needed in (False, True))
    restarting = render(part, settings=restart, digest=None)
    digest = _digest(hba, restarting, render(part, settings=reload, digest=None))
    yield File(paths.drop_in, render(part, settings=reload, digest=digest))
    yield File(paths.restart_drop_in, restarting)
    yield File(paths.hba, hba, mode=0o640, group="postgres")
    yield File(paths.passwords, _passwords(postgres), mode=0o640, group="postgres", secret=True)
    if isinstance(postgres.certificate, CertificateFiles):
        yield File(paths.certificate, postgres.certificate.certificate.encode())
        key = postgres.certificate.key.reveal_bytes()
        yield File(paths.key, key, mode=0o600, owner="postgres", group="postgres", secret=True)


def _digest(*contents: bytes) -> str:
    return hashlib.sha256(b"\0".join(contents)).hexdigest()[:32]


def _passwords(postgres: PostgresSettings) -> bytes:
    kept = {role.name: verifier(role.name, role.password) for role in postgres.roles if role.password}
    lines = [
        f"\\set password_{role} '{secret}'\n\\set revision_{role} '{revision(secret)}'\n"
        for role, secret in kept.items()
    ]
    return "".join(lines).encode()


def _directories(paths: Paths) -> Iterator[Directory]:
    yield Directory(f"{paths.configuration}/conf.d", owner="postgres", group="postgres", owned=True)
    yield Directory("/etc/rigwright")
    yield Directory(FOLDER, mode=0o750, group="postgres", owned=True)
    yield Directory(f"{FOLDER}/tls", mode=0o750, group="postgres")
    yield Directory(paths.tls, mode=0o750, group="postgres", owned=True)


def _preserved(settings: PostgresSettings, paths: Paths) -> tuple[str, ...]:
    made = (paths.certificate, paths.key) if isinstance(settings.certificate, OwnCertificate) else ()
    return (f"{FOLDER}/tls", *made)


def _activation(settings: PostgresSettings, paths: Paths) -> Activation:
    return Activation(
        paths.unit,
        reload_on=(f"{paths.configuration}/", paths.hba, f"{FOLDER}/tls/"),
        restart_on=(paths.restart_drop_in,) if settings.restart == "on_change" else (),
    )


def _steps(settings: PostgresSettings, paths: Paths) -> Iterator[Step]:
    cluster = {
        "data": paths.data,
        "configuration": paths.configuration,
        "unit": paths.unit,
        "programs": paths.programs,
    }
    yield Step(
        "cluster in UTF-8 with checksums",
        only_if=render("postgres/_cluster_needed.sh.j2", **cluster).decode(),
        command=render("postgres/_cluster.sh.j2", **cluster).decode(),
    )
    own = settings.certificate
    if isinstance(own, OwnCertificate):
        names = ",".join(f"DNS:{name}" for name in own.names)
        seconds = own.lifetime_days * DAY_SECONDS // 3
        values = {"folder": shlex.quote(paths.tls), "names": names, "unit": paths.unit}
        yield Step(
            "self-signed certificate of PostgreSQL",
            only_if=render(
                "postgres/_self_signed_needed.sh.j2", **values, renew_before_seconds=seconds
            ).decode(),
            command=render("postgres/_self_signed.sh.j2", **values, days=own.lifetime_days).decode(),
        )


def _checks(settings: PostgresSettings, paths: Paths) -> Iterator[Check]:
    if isinstance(settings.certificate, CertificateFiles):
        values = {"certificate": paths.certificate, "key": paths.key}
        yield Check(
            "certificate of PostgreSQL", render("postgres/_certificate_fits.sh.j2", **values).decode()
        )
    values = {"programs": paths.programs, "data": paths.data, "configuration": paths.configuration}
    yield Check("postgres -C", render("postgres/_check.sh.j2", **values).decode())


def _probe(files: tuple[File, ...], paths: Paths) -> Probe:
    """A reload succeeds even when the server then refuses the new files and keeps the old."""
    (drop_in,) = (file.content.decode() for file in files if file.path == paths.drop_in)
    digest = drop_in.rsplit("'", 2)[1]
    command = render("postgres/_probe.sh.j2", psql=paths.psql, digest=digest).decode()
    return Probe("PostgreSQL with this configuration", command, timeout_seconds=RECOVERY_SECONDS)


def _checkpoint(paths: Paths) -> Drain:
    """Most of what a stop of the server takes is its last checkpoint, which is short behind this one."""
    what = "PostgreSQL: write everything to its disk"
    command = f"{paths.psql} -c CHECKPOINT"
    return Drain(paths.unit, what, command, "data", CHECKPOINT_SECONDS, restarts=False)
