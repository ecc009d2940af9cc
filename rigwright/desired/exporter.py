"""A subsystem's exporter: what it adds to the subsystem whose metrics it exposes.

``Exporter("cache", 9121, …).part("cache")`` is a part that ``Desired.merge`` joins with the others.
"""

from __future__ import annotations

from dataclasses import dataclass

from rigwright.desired import (
    Activation,
    Desired,
    Directory,
    File,
    Probe,
    ScrapeTarget,
    Socket,
    Unit,
)
from rigwright.desired.render import render

SYNTAX = frozenset(" \t\n\"'\\$")
HARDENING = "rigwright/_daemon_hardening.conf.j2"


@dataclass(frozen=True)
class Daemon:
    """A service of Debian's that takes its arguments from ``/etc/default`` and listens on loopback.

    Attributes:
        package: The Debian package; its unit and its file in ``/etc/default`` have the same name.
        port: TCP port on 127.0.0.1. By its own default such a service listens on every address.
        arguments: Its other arguments; none may hold a space, a quote or a dollar sign.
        environment: Other variables, such as where to log in.
        secret: The variables hold a secret, so that only root may read the file.
        writable: Paths that it writes to.
        reload_on: Paths whose change it takes with a reload; its arguments need a restart.
        reads: Folders that it reads then, as in ``Activation``.
        loaded_metric: The metric that shows when it loaded its files last, in seconds since the epoch.
        sees_the_host: It exposes processes and mounts of the whole host:
            a view of its own would show other file systems, and these as read-only.
        dynamic_user: It runs under systemd's ``DynamicUser=`` instead of the account that its package has.
    """

    package: str
    port: int
    arguments: tuple[str, ...] = ()
    environment: tuple[tuple[str, str], ...] = ()
    secret: bool = False
    writable: tuple[str, ...] = ()
    reload_on: tuple[str, ...] = ()
    reads: tuple[str, ...] = ()
    loaded_metric: str = ""
    sees_the_host: bool = False
    dynamic_user: bool = False

    @property
    def unit(self) -> str:
        """Its unit."""
        return f"{self.package}.service"

    @property
    def defaults_path(self) -> str:
        """Where Debian's unit reads its arguments."""
        return f"/etc/default/{self.package}"

    @property
    def drop_in_folder(self) -> str:
        """The drop-in of its unit."""
        return f"/etc/systemd/system/{self.unit}.d"

    @property
    def files(self) -> tuple[File, File]:
        """Its arguments and its restrictions."""
        defaults = "".join(f"{name}={value}\n" for name, value in self._variables()).encode()
        mode = 0o600 if self.secret else 0o644
        return (
            File(self.defaults_path, defaults, mode=mode, secret=self.secret),
            File(f"{self.drop_in_folder}/hardening.conf", render(HARDENING, daemon=self)),
        )

    def _variables(self) -> list[tuple[str, str]]:
        words = (f"--web.listen-address=127.0.0.1:{self.port}", *self.arguments)
        if wrong := [word for word in words if SYNTAX & set(word)]:
            raise ValueError(f"{self.package}: systemd would take {wrong[0]!r} apart: leave that out")
        return [
            ("ARGS", f'"{" ".join(words)}"'),
            *((name, quoted(value)) for name, value in self.environment),
        ]

    @property
    def socket(self) -> Socket:
        """The socket that it opens."""
        return Socket("127.0.0.1", self.port)

    @property
    def activation(self) -> Activation:
        """Arguments are read at start only."""
        restart_on = (self.defaults_path, f"{self.drop_in_folder}/")
        url = f"http://127.0.0.1:{self.port}/metrics"
        shown = f"curl -fsS --max-time 5 {url} | sed -n 's/^{self.loaded_metric} //p'"
        return Activation(
            self.unit,
            reload_on=self.reload_on,
            restart_on=restart_on,
            reads=self.reads,
            loaded_at=shown if self.loaded_metric else "",
        )

    def target(self, job: str) -> ScrapeTarget:
        """Its own metrics."""
        return ScrapeTarget(job, "127.0.0.1", self.port)

    def part(self, subsystem: str) -> Desired:
        """What it adds to its subsystem, for ``Desired.merge``."""
        return Desired(
            subsystem,
            packages=(self.package,),
            files=self.files,
            directories=(Directory(self.drop_in_folder),),
            units=(Unit(self.unit),),
            sockets=(self.socket,),
            activations=(self.activation,),
        )


@dataclass(frozen=True)
class Exporter(Daemon):
    """The exporter of one service, from the package ``prometheus-<service>-exporter``.

    Attributes:
        job: The ``job`` label of its metrics: the subsystem's name.
        up: The metric that is 1 when the exporter reaches its service, such as ``cache_up``.
    """

    job: str = ""
    up: str = ""

    def part(self, subsystem: str) -> Desired:
        """The service, the target that Prometheus scrapes, and a probe."""
        url = f"http://127.0.0.1:{self.port}/metrics"
        command = f"curl -fsS --max-time 5 {url} | grep -x '{self.up} 1' >/dev/null"
        scraped = Desired(
            subsystem,
            packages=("curl",),
            scrape_targets=(self.target(self.job),),
            probes=(Probe(f"{self.package} reaches {self.job}", command),),
        )
        return Desired.merge(super().part(subsystem), scraped)


def quoted(value: str) -> str:
    """The value as systemd reads it from an environment file."""
    if "\n" in value:
        raise ValueError("a value of an environment file must be one line")
    escaped = "".join(f"\\{letter}" if letter in '"\\`$' else letter for letter in value)
    return f'"{escaped}"'
