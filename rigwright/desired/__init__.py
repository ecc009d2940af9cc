"""What a host should be: values that apply, plan, drift, firewall and monitoring all read.

``desired(settings, platform) -> Desired`` of each subsystem is a pure function.
Paths are absolute paths on the host, modes are permission bits, owners are names.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields

from rigwright.desired.drives import Drive
from rigwright.desired.exposure import Accepted, Login, Socket
from rigwright.desired.monitoring import AlertRule, Receiver, ScrapeTarget, TlsName
from rigwright.desired.packages import PackageSource
from rigwright.desired.paths import Absent, Directory, File, Link, unrepresentable
from rigwright.desired.protection import BackupPlace, BackupTool, Protected, Writer
from rigwright.desired.release import ReleaseTool
from rigwright.desired.runtime_state import RuntimeState
from rigwright.desired.services import Activation, Check, Drain, DrainStage, Need, Probe, Step, Unit, need
from rigwright.desired.usage import Usage

__all__ = [
    "Absent",
    "Accepted",
    "Activation",
    "AlertRule",
    "BackupPlace",
    "BackupTool",
    "Check",
    "Desired",
    "Directory",
    "Drain",
    "DrainStage",
    "Drive",
    "File",
    "Link",
    "Login",
    "Need",
    "PackageSource",
    "Probe",
    "Protected",
    "Receiver",
    "ReleaseTool",
    "RuntimeState",
    "ScrapeTarget",
    "Socket",
    "Step",
    "TlsName",
    "Unit",
    "Usage",
    "Writer",
    "need",
    "unrepresentable",
]


@dataclass(frozen=True)
class Desired:
    """The desired state of one subsystem on one host.

    Attributes:
        subsystem: Its name, as in ``deploys/<subsystem>``.
        packages: Debian package names.
        replaces: Packages that may be removed for those of this subsystem, because they conflict:
            names, or glob patterns with a ``*``, of which held ones may be removed too.
        sources: Where packages come from that the distribution has not.
        versions: Upstream version prefix that the files were rendered for, by package;
            the check refuses a host where another one is installed.
        files: Written together: all of them or none.
        inner_networks: Networks of containers on this host. The host accepts packets for its addresses in
            them on every interface, so the firewall opens what listens there to containers alone.
        proxy_networks: Networks of proxies in front of it: one address of theirs connects for many clients.
        confirm_seconds: Not 0 where a mistake could lock the operator out: the host reverts the change
            after so long, unless a new connection of the operator's machine confirms it.
        memory_bytes: Main memory that the subsystem takes at most by its settings; 0 where that is little.
        install_first: On a host that lacks packages, its own are installed and it is applied before those
            of the others: they put their data where this one mounts something.
        accepted: Findings that are accepted; the toolkit's own part has them.
        subsystems: Names of all other subsystems of the host, of which each gets a manifest; the toolkit's
            own part has them, so that the nightly check misses one that is gone.
        requires: Names of subsystems without which this one would fail or do harm: it is left out of an
            apply where one of them fails, and brings them along where it alone is chosen.
        drains: What ends before a reboot, in this order within each stage.
        usages: What is surveyed before the first apply: who uses what it would take over.
        drives: Disks that ``rig health`` queries by a device type of their own.
        protects: Data that must come back after its loss.
        backup_tools: What backs up declared data, of this subsystem or of others.
        writers: What writes to declared data of servers, and stops while that is replaced.
        backup_places: Where these backups are.
        receivers: Who is notified of alerts.
        release_tools: What makes releases of applications.
        data_folders: Shell patterns of paths that hold data each, whoever wrote it, such as every volume of
            containers; what of it nothing protects is reported.
        preserved: Paths that the host itself makes and keeps, never unmanaged in an owned directory.
    """

    subsystem: str
    packages: tuple[str, ...] = ()
    replaces: tuple[str, ...] = ()
    sources: tuple[PackageSource, ...] = ()
    versions: tuple[tuple[str, str], ...] = ()
    files: tuple[File, ...] = ()
    links: tuple[Link, ...] = ()
    directories: tuple[Directory, ...] = ()
    absent: tuple[Absent, ...] = ()
    preserved: tuple[str, ...] = ()
    units: tuple[Unit, ...] = ()
    sockets: tuple[Socket, ...] = ()
    inner_networks: tuple[str, ...] = ()
    proxy_networks: tuple[str, ...] = ()
    scrape_targets: tuple[ScrapeTarget, ...] = ()
    alerts: tuple[AlertRule, ...] = ()
    receivers: tuple[Receiver, ...] = ()
    tls_names: tuple[TlsName, ...] = ()
    logins: tuple[Login, ...] = ()
    activations: tuple[Activation, ...] = ()
    steps: tuple[Step, ...] = ()
    runtime_states: tuple[RuntimeState, ...] = ()
    checks: tuple[Check, ...] = ()
    probes: tuple[Probe, ...] = ()
    accepted: tuple[Accepted, ...] = ()
    subsystems: tuple[str, ...] = ()
    requires: tuple[str, ...] = ()
    drains: tuple[Drain, ...] = ()
    usages: tuple[Usage, ...] = ()
    drives: tuple[Drive, ...] = ()
    protects: tuple[Protected, ...] = ()
    backup_tools: tuple[BackupTool, ...] = ()
    writers: tuple[Writer, ...] = ()
    backup_places: tuple[BackupPlace, ...] = ()
    release_tools: tuple[ReleaseTool, ...] = ()
    data_folders: tuple[str, ...] = ()
    confirm_seconds: int = 0
    memory_bytes: int = 0
    install_first: bool = False

    def __post_init__(self) -> None:
        twice = _repeated([*self.paths, *(a.path for a in self.absent)])
        if twice:
            raise ValueError(f"{self.subsystem} names a path twice: {', '.join(twice)}")

    @classmethod
    def merge(cls, *parts: Desired) -> Desired:
        """One subsystem out of parts by concern, as NixOS merges modules.

        Tuples are joined in the order of the parts, an equal element once. ``memory_bytes`` is the sum,
        ``confirm_seconds`` the longest, and ``install_first`` holds if it holds for one part.

        Raises:
            ValueError: There is no part, the parts are of different subsystems, or two name the same path.
        """
        names = {part.subsystem for part in parts}
        if len(names) != 1:
            raise ValueError(
                f"parts of one subsystem are merged, not of {', '.join(sorted(names)) or 'none'}"
            )
        joined = {
            field.name: tuple(dict.fromkeys(item for part in parts for item in getattr(part, field.name)))
            for field in fields(cls)
            if isinstance(getattr(parts[0], field.name), tuple)
        }
        return cls(
            subsystem=names.pop(),
            confirm_seconds=max(part.confirm_seconds for part in parts),
            memory_bytes=sum(part.memory_bytes for part in parts),
            install_first=any(part.install_first for part in parts),
            **joined,
        )

    @property
    def paths(self) -> tuple[str, ...]:
        """Every path that this subsystem puts on the host, sorted."""
        files = [item.path for item in self.files]
        links = [item.path for item in self.links]
        return tuple(sorted([*files, *links, *(item.path for item in self.directories)]))


def _repeated(names: Iterable[str]) -> list[str]:
    seen: set[str] = set()
    twice: set[str] = set()
    for name in names:
        (twice if name in seen else seen).add(name)
    return sorted(twice)
