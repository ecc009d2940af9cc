"""What PostgreSQL of a host should be."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from deploys.postgres import (
    access,
    cluster_steps,
    exporter,
    listening,
    pgdg,
    pooler,
    runtime_state,
    tasks,
)
from deploys.postgres.certificates import CertificateFiles, OwnCertificate
from deploys.postgres.paths import FOLDER, Paths
from deploys.postgres.role_states import passwords
from deploys.postgres.server import ServerSetting, server_settings
from deploys.postgres.settings import PostgresSettings
from deploys.postgres.sql import Script, run
from deploys.postgres.usage import usage
from deploys.postgres.versions import VERSIONS
from rigwright.desired import (
    Activation,
    Check,
    Desired,
    Directory,
    Drain,
    File,
    PackageSource,
    Probe,
    Protected,
    Socket,
    Step,
    Unit,
)
from rigwright.desired.program import shell
from rigwright.desired.render import render
from rigwright.errors import RigError
from rigwright.settings.platform import NAMES, Platform

DAY_SECONDS = 86_400
RECOVERY_SECONDS = 60
CHECKPOINT_SECONDS = 120


def desired(settings: PostgresSettings, platform: Platform) -> Desired:
    """Everything that a host of this platform needs for PostgreSQL.

    Raises:
        RigError: The platform has no such PostgreSQL.
    """
    version = _version(settings, platform)
    paths = Paths.of(settings, version)
    server = server_settings(settings, paths)
    files = tuple(_files(settings, paths, server))
    extensions = tuple(f"postgresql-{version}-{name}" for name in settings.extension_packages)
    own = Desired(
        subsystem="postgres",
        packages=("openssl", f"postgresql-{version}", f"postgresql-client-{version}", *extensions),
        versions=((f"postgresql-{version}", str(version)),),
        sources=tuple(_sources(settings, version, platform, extensions)),
        files=files,
        directories=tuple(_directories(paths)),
        preserved=_preserved(settings, paths),
        # The other one starts the cluster too: then its own turn would be a restart.
        units=(Unit(paths.unit), Unit("postgresql.service")),
        sockets=tuple(Socket(address, settings.port) for address in settings.listen_addresses),
        activations=(_activation(settings, paths),),
        steps=tuple(_steps(settings, paths)),
        runtime_states=tuple(runtime_state.runtime_states(settings, paths, server)),
        checks=tuple(_checks(settings, paths)),
        probes=(_probe(files, paths),),
        memory_bytes=settings.memory,
        usages=(usage(settings, paths),),
        protects=(_protected(settings, paths),),
    )
    parts = [own, listening.part(settings, paths), tasks.part(settings, paths)]
    if settings.pooler:
        parts.append(pooler.part(settings, settings.pooler, paths, platform))
    parts.extend(exporter.parts(settings, platform))
    # Before a reboot the pooler's transactions end first.
    return Desired.merge(*parts, Desired("postgres", drains=(_checkpoint(paths),)))


def _protected(settings: PostgresSettings, paths: Paths) -> Protected:
    details = (("version", str(paths.version)), ("port", str(settings.port)), ("units", paths.unit))
    return Protected("PostgreSQL", "database", (paths.data,), DAY_SECONDS, 1, details=details)


def _sources(
    settings: PostgresSettings, version: int, platform: Platform, extensions: tuple[str, ...]
) -> Iterator[PackageSource]:
    if settings.pgdg:
        newer = version > platform.choose(VERSIONS)
        yield pgdg.source(settings.pgdg, version, platform.os, extensions, newer=newer)


def _version(settings: PostgresSettings, platform: Platform) -> int:
    packaged = platform.choose(VERSIONS)
    version = settings.version or packaged
    if version != packaged and settings.pgdg is None:
        raise RigError(
            f"{NAMES[platform.os]} packages PostgreSQL {packaged}, not {version}",
            setting="postgres.version",
            next_step=f"leave version out, set it to {packaged}, or set pgdg",
        )
    return version


def _files(postgres: PostgresSettings, paths: Paths, server: tuple[ServerSetting, ...]) -> Iterator[File]:
    hba = render("postgres/_pg_hba.conf.j2", entries=list(access.entries(postgres)))
    part = "postgres/_drop_in.conf.j2"
    reload, restart = ([one for one in server if one.restart is needed] for needed in (False, True))
    restarting = render(part, settings=restart, digest=None)
    digest = _digest(hba, restarting, render(part, settings=reload, digest=None))
    yield File(paths.drop_in, render(part, settings=reload, digest=digest))
    yield File(paths.restart_drop_in, restarting)
    yield File(paths.hba, hba, mode=0o640, group="postgres")
    yield File(paths.passwords, passwords(postgres), mode=0o640, group="postgres", secret=True)
    if isinstance(postgres.certificate, CertificateFiles):
        yield File(paths.certificate, postgres.certificate.certificate.encode())
        key = postgres.certificate.key.reveal_bytes()
        yield File(paths.key, key, mode=0o600, owner="postgres", group="postgres", secret=True)


def _digest(*contents: bytes) -> str:
    return hashlib.sha256(b"\0".join(contents)).hexdigest()[:32]


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
        reads=(f"{paths.configuration}/",),
        loaded_at=run(paths, Script("read_load_time")),
        restarts=settings.restart == "on_change",
    )


def _steps(settings: PostgresSettings, paths: Paths) -> Iterator[Step]:
    yield from cluster_steps.steps(settings.cluster, paths)
    own = settings.certificate
    if isinstance(own, OwnCertificate):
        values = {"folder": paths.tls, "names": ",".join(f"DNS:{name}" for name in own.names)}
        seconds = own.lifetime_days * DAY_SECONDS // 3
        yield Step(
            "self-signed certificate of PostgreSQL",
            only_if=_program("self_signed_needed", {**values, "renew_before_seconds": str(seconds)}),
            command=_program("self_signed", {**values, "days": str(own.lifetime_days), "unit": paths.unit}),
        )


def _checks(settings: PostgresSettings, paths: Paths) -> Iterator[Check]:
    if isinstance(settings.certificate, CertificateFiles):
        pair = {"certificate": paths.certificate, "key": paths.key}
        yield Check("certificate of PostgreSQL", _program("certificate_fits", pair))
    folders = {"programs": paths.programs, "data": paths.data, "configuration": paths.configuration}
    yield Check("postgres -C", _program("check", folders))


def _program(name: str, variables: dict[str, str]) -> str:
    return shell(f"postgres/programs/{name}.sh", variables=variables)


def _probe(files: tuple[File, ...], paths: Paths) -> Probe:
    """A reload succeeds even when the server then refuses the new files and keeps the old."""
    (drop_in,) = (file.content.decode() for file in files if file.path == paths.drop_in)
    digest = drop_in.rsplit("'", 2)[1]
    command = _program("probe", {"programs": paths.programs, "port": str(paths.port), "digest": digest})
    return Probe("PostgreSQL with this configuration", command, timeout_seconds=RECOVERY_SECONDS)


def _checkpoint(paths: Paths) -> Drain:
    """Most of what a stop of the server takes is its last checkpoint, which is short behind this one."""
    what = "PostgreSQL: write everything to its disk"
    command = f"{paths.psql} -c CHECKPOINT"
    return Drain(paths.unit, what, command, "data", CHECKPOINT_SECONDS, restarts=False)
