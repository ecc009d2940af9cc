"""What a host should be: values that apply, plan, drift, firewall and monitoring all read.

``desired(settings, platform) -> Desired`` of each subsystem is a pure function.
Paths are absolute paths on the host, modes are permission bits, owners are names.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

FORBIDDEN_IN_PATHS = frozenset("\n\t\0")


def unspeakable(path: str) -> bool:
    """Whether a transaction's tables cannot name this path: it holds what ends a field, or is no UTF-8."""
    return bool(FORBIDDEN_IN_PATHS & set(path)) or any("\ud800" <= char <= "\udfff" for char in path)


def _check_path(path: str) -> None:
    parts = path.split("/")
    if parts[0] or {".", ".."} & set(parts) or "" in parts[1:] or unspeakable(path):
        raise ValueError(f"{path!r} is no normalised absolute path")


@dataclass(frozen=True)
class File:
    """A regular file that belongs to the subsystem whole.

    Attributes:
        path: Where it stands on the host.
        content: Its bytes.
        mode: Permission bits.
        owner: User name.
        group: Group name.
        secret: The content is never shown, and the host keeps only a keyed hash of it.
            Such a file may be readable by its owner and group, never by the world.
    """

    path: str
    content: bytes = field(repr=False)
    mode: int = 0o644
    owner: str = "root"
    group: str = "root"
    secret: bool = False

    def __post_init__(self) -> None:
        _check_path(self.path)
        if self.secret and self.mode & 0o007:
            raise ValueError(f"{self.path} is secret and its mode {self.mode:04o} lets the world in")

    @property
    def sha256(self) -> str | None:
        """What the content is compared with; None where only the host can tell."""
        return hashlib.sha256(self.content).hexdigest()

    @property
    def shown(self) -> bool:
        """Whether a difference in its content may be shown."""
        return not self.secret


@dataclass(frozen=True)
class Link:
    """A symbolic link."""

    path: str
    target: str

    def __post_init__(self) -> None:
        _check_path(self.path)


@dataclass(frozen=True)
class Directory:
    """A directory with its mode and owner.

    Attributes:
        owned: Every file directly in it that no subsystem wants is foreign:
            drift reports it, and apply removes it after the host was adopted.
    """

    path: str
    mode: int = 0o755
    owner: str = "root"
    group: str = "root"
    owned: bool = False

    def __post_init__(self) -> None:
        _check_path(self.path)


@dataclass(frozen=True)
class Absent:
    """A path that must not exist, such as a sample that a package leaves.

    Attributes:
        package_target: The link target that the package's own script sets.
            A link that still has it is nobody's work, and goes without being adopted.
    """

    path: str
    package_target: str | None = None

    def __post_init__(self) -> None:
        _check_path(self.path)


@dataclass(frozen=True)
class Unit:
    """A systemd unit in the state that it should have.

    Attributes:
        stays: When the inventory drops the subsystem, this unit stays on and reloads what is then there,
            where any other is turned off: nobody who gives up our settings of sshd gives up logging in.
    """

    name: str
    enabled: bool = True
    active: bool = True
    stays: bool = False


@dataclass(frozen=True)
class Socket:
    """A socket that the subsystem listens on. ``address`` is ``0.0.0.0`` or ``::`` for all.

    Attributes:
        needs_access: Closed to others until the firewall's ``access`` names the port, such as one that a
            container publishes: whoever wrote the compose file may not have thought of the outside.
    """

    address: str
    port: int
    protocol: Literal["tcp", "udp"] = "tcp"
    needs_access: bool = False


@dataclass(frozen=True)
class ScrapeTarget:
    """An address that Prometheus scrapes.

    Attributes:
        job: The label that tells whose metrics these are; the rules of its subsystem name it.
        address: A host's name or address. With a path in it Prometheus would refuse every target.
        path: Where the metrics are.
    """

    job: str
    address: str
    port: int
    path: str = "/metrics"

    def __post_init__(self) -> None:
        if set(self.address) & set("/ ") or not self.path.startswith("/"):
            raise ValueError(f"{self.address!r} with {self.path!r}: the path stands in path, not in address")


@dataclass(frozen=True)
class TlsName:
    """A name that is served over TLS, whose certificate monitoring watches.

    Attributes:
        name: How its subsystem calls it, such as the site's name.
        domain: The name that a client asks for.
        address: Where it is asked on the host.
        port: TCP port there.
    """

    name: str
    domain: str
    address: str
    port: int

    @property
    def authority(self) -> str:
        """Address and port as they stand in a URL."""
        return f"[{self.address}]:{self.port}" if ":" in self.address else f"{self.address}:{self.port}"


@dataclass(frozen=True)
class Login:
    """An account that the inventory knows of.

    Attributes:
        name: The login name.
        keys: Exactly the public keys that may log in; None where somebody else keeps them.
        sudo: Exactly the commands that it may run through sudo, as sudoers has them, or ``ALL``;
            None where somebody else decides.
    """

    name: str
    keys: tuple[str, ...] | None = None
    sudo: tuple[str, ...] | None = None


@dataclass(frozen=True)
class AlertRule:
    """A condition that somebody is told about, as Prometheus evaluates it.

    Attributes:
        name: What alerts are called, in capitals: ``NginxDown``.
        expr: PromQL: each series that it yields is an alert.
        for_seconds: How long it must hold before anybody hears of it.
        severity: ``critical`` where users notice or will soon, ``warning`` where working hours are enough,
            ``none`` for what must always fire and reaches only the heartbeat.
        summary: One line; Prometheus's templates such as ``{{ $labels.instance }}`` are filled in.
        description: What it means, with ``{{ $value }}``.
        runbook: Name of the page in ``docs/runbooks``, which tells what to do.
        inhibits: Names of warnings that say nothing new while this one fires about the same thing.
    """

    name: str
    expr: str
    for_seconds: int
    severity: Literal["critical", "warning", "none"]
    summary: str
    description: str
    runbook: str
    inhibits: tuple[str, ...] = ()


@dataclass(frozen=True)
class Activation:
    """How a running unit takes new files.

    Attributes:
        unit: The unit that is told.
        restart_on: Path prefixes whose change needs a restart; any other change is a reload.
        reload_on: Path prefixes whose change needs a reload; the empty tuple means none.
    """

    unit: str
    reload_on: tuple[str, ...] = ("/",)
    restart_on: tuple[str, ...] = ()


@dataclass(frozen=True)
class Check:
    """A command that must accept the staged files at their real paths, before anything is replaced.

    It runs through ``sh -c`` as root in a private mount namespace.
    """

    name: str
    command: str


@dataclass(frozen=True)
class Probe:
    """A command that must succeed after activation, within ``timeout_seconds``; else all is undone."""

    name: str
    command: str
    timeout_seconds: int = 10


DrainStage = Literal["entry", "application", "data"]


@dataclass(frozen=True)
class Drain:
    """How work under way ends before a reboot, ahead of systemd's own stops, which cut off what is slow.

    A unit that does not run is left out. What is ended must come back by itself at the next boot: the command
    stops things and disables none.

    Attributes:
        unit: Whose work it is.
        what: What is done, as the operator reads it.
        command: Runs through ``sh -c`` as root, and returns when the work has ended. It holds no secret: it
            shows in the list of processes.
        stage: ``entry`` lets clients in and goes first, ``application`` works for them, ``data`` keeps what
            they left and goes last.
        timeout_seconds: The longest that it may take; then it is killed, and the reboot goes on.
        restarts: Whether the unit is restarted where the reboot does not come after all; False where nothing
            of it ended.
    """

    unit: str
    what: str
    command: str
    stage: DrainStage
    timeout_seconds: int
    restarts: bool = True


@dataclass(frozen=True)
class Step:
    """Something to be made on the host that is no file of ours, such as a key that never leaves it.

    Both commands run through ``sh -c`` as root, and must not change what another subsystem owns.

    Attributes:
        name: What it makes, as the plan shows it: ``self-signed certificate for example.com``.
        needed: Exits 0 when it must be made, 1 when all is well; anything else is an error.
            It only looks, and it is asked on every run: it must be quick and quiet.
        command: Makes it. It may run twice, and be killed at any point.
        when: ``before_check`` when the checks need what it makes (it must only add),
            ``after_probe`` when it needs the service running. A failure of the latter leaves
            the new files in place, is reported, and stays needed.
    """

    name: str
    needed: str
    command: str
    when: Literal["before_check", "after_probe"] = "before_check"


@dataclass(frozen=True)
class PackageSource:
    """Where packages come from that the distribution has not, or not in the wanted version.

    Attributes:
        name: Short, such as ``docker``: part of the names of its files.
        uri: Address of the repository.
        suite: Such as ``trixie``, or a path that ends with a slash.
        components: Such as ``main``; empty for a suite that is a path.
        key: OpenPGP public key, ASCII-armoured: only what it signed is taken.
        packages: Names or glob patterns of what is preferred from there; nothing else replaces
            a package of the distribution.
        version: Glob pattern of the only versions of them that are taken, such as ``580.*``; empty for all.
    """

    name: str
    uri: str
    suite: str
    components: tuple[str, ...]
    key: str
    packages: tuple[str, ...]
    version: str = ""


@dataclass(frozen=True)
class Reading:
    """State of the running system that no file of ours tells: kernel settings, roles, grants, containers.

    It is compared key by key, so that a finding names what differs and both of its values.

    Attributes:
        name: What is read, as findings show it: ``sysctl``, ``roles``.
        command: Prints one JSON object of keys and plain values on standard output. It only looks, it runs
            through ``sh -c`` as root on every run, and must be quick, quiet, and show no secret:
            compare that on the host, and print whether it is the same. At night it reaches loopback alone,
            no device and no setuid program, but for what its subsystem opens in
            ``rigwright.host.state.DRIFT_DROP_INS``.
        expected: Keys and values. A value that is no string is compared by its JSON text, such as ``true``.
        exact: A key that is not expected is a finding too.
        mend: Makes it so, through ``sh`` as root, when it differs or could not be read. It may run twice and
            be killed at any point, and is not undone when a later part of the change fails: it must do no
            harm beside the old files. Empty where only a person can decide: then it is told and stays.
        settled_by: A unit whose start does all that ``mend`` does, which a change that started it leaves out.
        demand: Where it is not empty, this is a demand on the machine itself, such as a card that must be in
            it: apply refuses before anything changes, and tells this as what to do.
        when: ``before_check`` where files need what it makes, such as the users that own them;
            ``after_activation`` where it needs the units running as they should.
    """

    name: str
    command: str
    expected: tuple[tuple[str, str], ...]
    exact: bool = False
    mend: str = ""
    when: Literal["before_check", "after_activation"] = "after_activation"
    settled_by: str = ""
    demand: str = ""

    def __post_init__(self) -> None:
        if self.demand and self.mend:
            raise ValueError(f"{self.name}: what a machine must be, no command can make")
        if self.settled_by and self.when != "after_activation":
            raise ValueError(f"{self.name}: before the check no unit has been started")


@dataclass(frozen=True)
class Accepted:
    """A finding of the host as a whole that somebody looked at and accepts.

    Attributes:
        where: As the finding names it: ``tcp 0.0.0.0:8080``, or the path of a unit's file.
        reason: Why, for whoever asks next.
        until: Last day, in ISO 8601; empty where it has no end.
    """

    where: str
    reason: str
    until: str = ""


@dataclass(frozen=True)
class Desired:
    """All that one subsystem wants of one host.

    Attributes:
        subsystem: Its name, as in ``deploys/<subsystem>``.
        packages: Debian package names.
        replaces: Packages that may go when ours come, because both cannot be there: names, or glob patterns
            with a ``*``, of which those that are held may go too.
        sources: Where packages come from that the distribution has not.
        versions: Upstream version prefix that the files were rendered for, by package;
            the check refuses a host where another one is installed.
        files: Written together: all of them or none.
        inner_networks: Networks of containers on this host. The host answers for its addresses in them by
            every cable, so the firewall opens what listens there to containers alone.
        confirm_seconds: Not 0 where a mistake could lock the operator out: the host takes the change back
            by itself after so long, unless a new connection of the operator's machine confirms it.
        memory_bytes: Main memory that the subsystem takes at most by its settings; 0 where that is little.
        first: The packages of others put their data where this one mounts something: on a host that lacks
            packages its own are installed, and it is applied, before those of the others come.
        accepted: Findings of the host as a whole that are none; the toolkit's own part has them.
        drains: What ends before a reboot, in this order within each stage.
        preserved: Paths that the host itself makes and keeps, never foreign in an owned directory.
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
    scrape_targets: tuple[ScrapeTarget, ...] = ()
    alerts: tuple[AlertRule, ...] = ()
    tls_names: tuple[TlsName, ...] = ()
    logins: tuple[Login, ...] = ()
    activations: tuple[Activation, ...] = ()
    steps: tuple[Step, ...] = ()
    readings: tuple[Reading, ...] = ()
    checks: tuple[Check, ...] = ()
    probes: tuple[Probe, ...] = ()
    accepted: tuple[Accepted, ...] = ()
    drains: tuple[Drain, ...] = ()
    confirm_seconds: int = 0
    memory_bytes: int = 0
    first: bool = False

    def __post_init__(self) -> None:
        twice = _repeated([*self.paths, *(a.path for a in self.absent)])
        if twice:
            raise ValueError(f"{self.subsystem} names a path twice: {', '.join(twice)}")

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
