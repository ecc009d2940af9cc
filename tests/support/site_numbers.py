"""What the users of the four sites ask in figures, each measured on a host that stands in for the site's."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from rigwright.lab import LabHost
from tests.support.web import Reply, Web, unverified

SERVER = "cd / && runuser -u postgres -- psql -X -A -t -c"


@dataclass(frozen=True)
class Site:
    """A host that stands in for a site's."""

    name: str
    host: LabHost

    @property
    def domain(self) -> str:
        """The name that its visitors use."""
        return f"{self.name}.example.com"

    def get(self, path: str = "/") -> Reply:
        """A response, as a visitor gets it who comes by the lab's network."""
        return Web(self.host.address, 443, unverified()).request(self.domain, path)

    def statuses(self, path: str, requests: int) -> list[int]:
        """The statuses of requests that come at once."""
        with ThreadPoolExecutor(requests) as at_once:
            return [one.status for one in at_once.map(lambda _: self.get(path), range(requests))]

    def speaks(self, option: str) -> bool:
        """Whether a handshake by this version of TLS succeeds, by openssl."""
        where = ["-connect", f"{self.host.address}:443", "-servername", self.domain, option]
        done = subprocess.run(
            ["openssl", "s_client", *where, "-cipher", "ALL:@SECLEVEL=0"],
            input=b"",
            capture_output=True,
            check=False,
        )
        return done.returncode == 0

    def sh(self, script: str) -> str:
        """What a script prints on the host."""
        return self.host.run(script).stdout.strip()

    def shows(self, parameter: str) -> str:
        """A parameter of the running server."""
        return self.sh(f"{SERVER} 'SHOW {parameter}'")


@dataclass(frozen=True)
class Number:
    """A promise in the words of its users, what was measured, and whether that keeps it."""

    promise: str
    measured: str
    kept: bool


def numbers(site: Site) -> Iterator[Number]:
    """Every promise of a site that one host can show."""
    yield from _of_each(site)
    yield from _OWN[site.name](site)


def _equal(promise: str, measured: object, wanted: object) -> Number:
    return Number(promise, str(measured), measured == wanted)


def _of_each(site: Site) -> Iterator[Number]:
    spoken = {
        name: site.speaks(f"-tls1{minor}") for name, minor in (("1.1", "_1"), ("1.2", "_2"), ("1.3", "_3"))
    }
    yield _equal("TLS 1.2 and 1.3 alone", spoken, {"1.1": False, "1.2": True, "1.3": True})
    seconds = int(site.get().one("strict-transport-security").partition("max-age=")[2].split(";")[0])
    yield Number("HSTS of half a year and more", f"{seconds} s", seconds >= 15_768_000)
    yield _equal("RPO 1 h: the log leaves the server within", site.shows("archive_timeout"), "1min")
    yield _equal("slow queries from 1 s are logged", site.shows("log_min_duration_statement"), "1s")
    timers = json.loads(site.sh("systemctl list-timers --all -o json"))
    backups = [one["unit"] for one in timers if "rigwright-backup" in one["unit"] and one["next"]]
    yield Number("backups by timers", f"{len(backups)} timers", len(backups) >= 2)


def _odavl(site: Site) -> Iterator[Number]:
    running = site.sh("docker ps -q --filter name=^rig-odavl-web --filter status=running").split()
    yield _equal("3 instances behind one balancer", len(running), 3)
    ready = site.get("/api/health/ready")
    yield _equal("readiness", ready.status, 200)
    site.sh("mkdir -p /srv/odavl/static && echo x >/srv/odavl/static/app.1a2b3c4d.js")
    control = site.get("/static/app.1a2b3c4d.js").one("cache-control")
    yield Number("static files cached for a year", control, "max-age=31536000" in control)
    refused = site.statuses("/api/things", 90).count(429)
    yield Number("limits of the API", f"{refused} of 90 at once refused", 10 <= refused <= 49)


def _hristudio(site: Site) -> Iterator[Number]:
    served = len([one for one in site.statuses("/", 60) if one == 200])
    yield Number("10 requests/s, a burst of 20", f"{served} of 60 at once served", 20 <= served <= 40)
    policy = site.get("/api/health").one("content-security-policy")
    yield Number("a CSP with the storage alone", policy, "https://storage.example.com" in policy)
    yield _equal("health", site.get("/api/health").status, 200)


def _guide(site: Site) -> Iterator[Number]:
    yield _equal("the administration for the office alone", site.get("/admin/").status, 403)
    refused = site.statuses("/login", 20).count(429)
    yield Number("logins are limited", f"{refused} of 20 at once refused", refused >= 10)
    banned = site.sh("nft list ruleset | grep -c '203.0.113.0/24' || :")
    yield Number("IP filter", f"{banned} rules name the network", int(banned) >= 1)
    jail = site.sh("fail2ban-client status sshd | head -1")
    yield _equal("fail2ban watches sshd", jail, "Status for the jail: sshd")
    pooled = site.sh("ss -Hltn 'sport = 6432' | wc -l")
    yield Number("connections are pooled", f"{pooled} listeners", int(pooled) >= 1)


def _ytempire(site: Site) -> Iterator[Number]:
    listed = site.sh("docker ps --format '{{.Names}}' --filter status=running").split()
    counts = {one: sum(name.startswith(f"rig-{one}") for name in listed) for one in ("frontend", "backend")}
    yield _equal("frontend, API and websockets", counts, {"frontend": 1, "backend": 3})
    ports = {port: site.sh(f"ss -Hltn 'sport = {port}' | wc -l") for port in (3000, 8000, 8001, 5000)}
    yield _equal("ports 3000, 8000, 8001 and the registry's 5000", set(ports.values()), {"1"})
    written = site.sh("find /var/lib/redis -name 'appendonly*' | wc -l")
    yield Number("Redis with an append-only file", f"{written} files", int(written) >= 1)
    yield _equal("metrics of the API from the host alone", site.get("/api/metrics").status, 403)


_OWN: dict[str, Callable[[Site], Iterator[Number]]] = {
    "guide": _guide,
    "hristudio": _hristudio,
    "odavl": _odavl,
    "ytempire": _ytempire,
}
