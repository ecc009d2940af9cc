"""A lab host that becomes the reference host's scaled copy, with stand-ins for what only the internet has."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from dataclasses import dataclass
from ipaddress import ip_network
from pathlib import Path
from typing import Any

from rigwright.lab import LabHost, network
from tests.support.authority import Authority
from tests.support.command import ROOT
from tests.support.lab_inventory import one_host
from tests.support.repository import Repository
from tests.support.target import Target
from tests.support.upstream import POSTGRESQL, SERVER
from tests.support.waiting import wait_until

PATIENCE_SECONDS = 3 * 3600
"""Without KVM a processor is emulated, and about ten times slower."""
SITE = "studio.example.com"
DIRECTORY = "https://localhost:14000/dir"
PACKAGES_PORT = 8443
STAND_INS = "/opt/rig-test"
AUTHORITY = f"{STAND_INS}/authority"
IMAGE = "127.0.0.1:5000/frontend:1.0.0"
PUSHED = IMAGE.replace("127.0.0.1", "localhost")
# Under its other name: the engine has it under that of the stack only by the registry.
BUILD = f"""
set -e
mkdir -p /tmp/image/bin /tmp/image/www && cp /bin/busybox /tmp/image/bin/
for name in sh wget nc httpd sleep printf head env; do ln -sf busybox /tmp/image/bin/$name; done
echo 'made by the test' >/tmp/image/www/index.html && echo ok >/tmp/image/www/health
tar -C /tmp/image -c . | docker import \\
    -c 'CMD ["/bin/httpd", "-f", "-p", "3000", "-h", "/www"]' -c 'ENV PATH=/bin' - {PUSHED}
docker push -q {PUSHED} && docker rmi {PUSHED}
"""
REGISTRY = "curl -fsS --max-time 5 http://127.0.0.1:5000/v2/"

INVENTORY = """
from rigwright.inventory.load import ssh_host
from rigwright.lab import hosts as _hosts
from tests.support.reference import scaled

_rig = scaled({network!r}, {pgdg!r}, {authority!r})
"""


@dataclass(frozen=True)
class ReferenceHost:
    """The host, and the inventory of what it should be."""

    host: LabHost
    inventory: Path

    def sh(self, script: str) -> str:
        """What a script inside prints; it must succeed."""
        return self.host.run(script).stdout.strip()

    def start(self, *words: str) -> subprocess.Popen[str]:
        """Begin a command of ``rig``."""
        return subprocess.Popen(
            [sys.executable, "-m", "rigwright", *words, str(self.inventory)],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def rig(self, *words: str) -> tuple[int, str]:
        """The exit code and the output of a command of ``rig``."""
        running = self.start(*words)
        output, _ = running.communicate(timeout=PATIENCE_SECONDS)
        return running.returncode, output

    def push_once_it_runs(self, apply: subprocess.Popen[str]) -> None:
        """Build the image of the stack and push it, as soon as the registry of the run responds."""
        while self.host.run(REGISTRY, check=False).returncode:
            assert apply.poll() is None, apply.communicate()[0]
            time.sleep(1)
        self.sh(BUILD)

    def night(self) -> Any:
        """What the host's own check finds."""
        self.sh("systemctl start rigwright-drift || :")
        return json.loads(self.sh("cat /var/lib/rigwright/drift.json"))

    def state(self) -> str:
        """What a run that changes nothing leaves as it is."""
        return self.sh(
            "stat -c '%n %Y' /var/lib/rigwright/manifests/*.json; docker ps -q --no-trunc | sort; "
            "zfs list -H -o name,guid; dpkg-query -W | sha256sum; "
            "systemctl show -p Id -p InvocationID 'redis*' 'postgresql@*' pgbouncer docker docker-registry "
            "nginx prometheus ssh nftables fail2ban chrony 'rigwright-stack@*'"
        )


def prepare(host: LabHost, folder: Path) -> ReferenceHost:
    """Stand-ins for what only the internet has, packages, an authority and names; and the inventory."""
    target = Target(host)
    repository = Repository(target)
    old = ("postgresql-15", "postgresql-client-15", "libicu72", "libldap-2.5-0")
    repository.fetch(*old, release="bookworm")
    repository.fetch("libpq5", "postgresql-common", "postgresql-client-common", "postgresql-common-dev")
    repository.repack("pub/repos/apt/pool", SERVER)
    repository.publish("pub/repos/apt", "trixie-pgdg", "main")
    repository.serve_as(POSTGRESQL, PACKAGES_PORT)
    authority = _authority(target)
    uri = f"https://{POSTGRESQL}:{PACKAGES_PORT}/pub/repos/apt"
    key = repository.key()
    # What lies in /srv is data of the host, and would be found as such; the server goes on in its folder.
    target.sh(f"mkdir -p {STAND_INS} && mv /srv/* {STAND_INS}/")
    text = INVENTORY.format(
        network=str(ip_network(f"{network.up().gateway}/24", strict=False)),
        pgdg={"key": key, "uri": uri},
        authority={"directory_url": DIRECTORY, "ca_bundle": authority},
    )
    inventory = folder / "reference.py"
    inventory.write_text(text + one_host(host.name, "        _rig,"))
    return ReferenceHost(host, inventory)


def _authority(target: Target) -> str:
    """Run Debian's pebble, Let's Encrypt's authority for tests; returns by whom its HTTPS is trusted."""
    authority = Authority()
    issued = authority.issue("localhost")
    config = {
        "listenAddress": "127.0.0.1:14000",
        "managementListenAddress": "127.0.0.1:15000",
        "certificate": f"{AUTHORITY}/cert.pem",
        "privateKey": f"{AUTHORITY}/key.pem",
        "httpPort": 80,
        "tlsPort": 443,
        "certificateValidityPeriod": 90 * 86_400,
    }
    install = "apt-get -qq -y --no-install-recommends install pebble busybox-static >/dev/null"
    target.sh(f"export DEBIAN_FRONTEND=noninteractive; {install} && mkdir -p {AUTHORITY}")
    for name, text in (("cert.pem", issued.certificate), ("key.pem", issued.key)):
        target.host.run(f"cat >{AUTHORITY}/{name}", text.encode())
    target.host.run(f"cat >{AUTHORITY}/config.json", json.dumps({"pebble": config}).encode())
    target.sh(f"echo '127.0.0.1 {SITE} www.{SITE}' >>/etc/hosts")
    environment = "--setenv=PEBBLE_VA_NOSLEEP=1 --setenv=PEBBLE_WFE_NONCEREJECT=0"
    target.sh(f"systemd-run -q --collect --unit=pebble {environment} pebble -config {AUTHORITY}/config.json")
    wait_until(lambda: "127.0.0.1:14000" in target.sh("ss -Hltn"), seconds=600)
    return authority.certificate
