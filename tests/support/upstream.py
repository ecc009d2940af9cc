"""A host that takes packages from a stand-in for an upstream repository, under its name."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tests.support.command import rig
from tests.support.repository import Repository
from tests.support.target import Target

INVENTORY = """
from deploys.docker.settings import DockerSettings, Stack
from deploys.postgres.settings import Pgdg, Pooler, PostgresSettings
from deploys.rig import Machine, Rig
from rigwright.inventory.load import ssh_host

KEY = {key!r}
COMPOSE = {compose!r}
rig = Rig(machine=Machine(os="{host.os}"), {settings})
hosts = [
    ssh_host(
        "{host.name}", rig, address="{host.address}", user="{host.user}", key="{host.key}",
        known_hosts="{host.known_hosts}",
    )
]
"""
STATE = """
find /etc -xdev -type f ! -name '*-' -exec sha256sum {} + | sort
dpkg-query -W
"""
POSTGRESQL = "apt.postgresql.org"
DOCKER = "download.docker.com"
OWN = "postgres=PostgresSettings(version=15, pgdg=Pgdg(key=KEY), pooler=Pooler())"
ENGINE = 'docker=DockerSettings(packages_from="docker", repository_key=KEY, stacks=[{stacks}])'
STACK = 'Stack(name="shop", compose=COMPOSE, pull="never", wait_seconds=120, cpu_limits=False)'
COMPOSE = """\
services:
  web:
    image: local/app:1
    command: [/bin/sleep, infinity]
    restart: unless-stopped
    healthcheck: {test: [CMD, /bin/true], interval: 1s}
    mem_limit: 64m
    stop_grace_period: 0s
"""
IMAGE = """
mkdir -p /tmp/image/bin && cp /bin/busybox /tmp/image/bin/
for name in sleep true; do ln -s busybox /tmp/image/bin/$name; done
tar -C /tmp/image -c . | docker import - local/app:1
"""
# The libraries that Debian 12's server needs and Debian 13 has no more are put there first: a server that was
# built for Debian 13 would not need them. Compiling queries is left out: its library is larger than all else.
SERVER = """
v=$(version_of postgresql-15_*.deb)
apt-get -qq -y install ./libicu72_*.deb ./libldap-2.5-0_*.deb >/dev/null
unpack postgresql-15_*.deb
control -e 's/ libllvm14[^,]*,//'
rm -rf /tmp/repack/usr/lib/postgresql/15/lib/llvmjit* /tmp/repack/usr/lib/postgresql/15/lib/bitcode
pack postgresql-15 "${v%%-*}-1.pgdg13+1"
unpack postgresql-client-15_*.deb
pack postgresql-client-15 "${v%%-*}-1.pgdg13+1"
unpack libpq5_*.deb
v=$(version_of libpq5_*.deb)
pack libpq5 "${v%%-*}-1.pgdg13+1"
for name in postgresql-common postgresql-client-common postgresql-common-dev; do
    unpack "$name"_*.deb
    v=$(version_of "$name"_*.deb)
    literal=$(echo "$v" | sed 's/[+.]/\\\\&/g')
    control -e "s/\\(= $literal\\)/(= $v.pgdg13+1)/g"
    pack "$name" "$v.pgdg13+1"
done
"""
NEWER = """
v=$(version_of postgresql-15_*.deb)
unpack "$pool"/postgresql-15_*.deb
pack postgresql-15 "${v%%-*}-2.pgdg13+1"
"""
PARTS = """
v=$(version_of docker.io_*.deb)
unpack docker.io_*.deb
control -e 's/ containerd [^,]*,/ containerd.io, docker-ce-cli,/' -e 's/ runc [^,]*,//' \\
    -e 's/^Conflicts: .*/Conflicts: docker.io/'
pack docker-ce "5:${v%%+*}-1~debian.12~bookworm"
unpack docker-cli_*.deb
control -e 's/^Conflicts: .*/Conflicts: docker-cli/' -e '/^(Replaces|Breaks): /d'
pack docker-ce-cli "5:${v%%+*}-1~debian.12~bookworm"
unpack containerd_*.deb
v=$(version_of containerd_*.deb)
dpkg-deb --extract runc_*.deb /tmp/repack
control -e 's/ runc [^,]*,/ libseccomp2,/' -e 's/^Breaks: .*/Conflicts: containerd, runc/'
pack containerd.io "${v%%~*}-1"
unpack docker-compose_*.deb
v=$(version_of docker-compose_*.deb)
pack docker-compose-plugin "${v%%-*}-1~debian.12~bookworm"
"""


@dataclass(frozen=True)
class Upstream:
    """A host, and the stand-in that it takes for a repository of others."""

    host: Target
    repository: Repository
    folder: Path

    def rig(self, verb: str, settings: str, key: str = "good") -> tuple[int, str]:
        """Run a verb with these settings and the public key of that name: exit code and output."""
        path = self.folder / "inventory.py"
        text = INVENTORY.format(
            host=self.host.host, key=self.repository.key(key), compose=COMPOSE, settings=settings
        )
        path.write_text(text)
        done = rig(verb, path)
        return done.returncode, done.stdout

    def candidate(self, package: str) -> str:
        """The version that apt would install."""
        policy = self.host.sh(f"apt-cache policy {package}")
        return next(line.split()[1] for line in policy.splitlines() if "Candidate:" in line)
