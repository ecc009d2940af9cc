#!/usr/bin/python3
"""What the running engine has loaded, as JSON: some settings, its options, and its rules in the kernel."""

from __future__ import annotations

import http.client
import json
import re
import socket
import subprocess
import sys
from typing import Any


class Engine(http.client.HTTPConnection):
    """The engine's API."""

    def connect(self) -> None:
        """Open its socket. A request to it would start the engine, and a query must change nothing."""
        if subprocess.run(["systemctl", "is-active", "-q", "docker.service"], check=False).returncode:
            sys.exit("docker.service does not run")
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(10)
        self.sock.connect("/run/docker.sock")

    def get(self, path: str) -> Any:
        """What it returns."""
        self.request("GET", path)
        return json.load(self.getresponse())


def flags(arguments: list[str]) -> str:
    """Names of the options that the engine was started with beside its file, and where else it listens."""
    names, skipped = [], False
    for argument, value in zip(arguments, [*arguments, ""][1:], strict=True):
        name, _, own = argument.partition("=")
        if skipped or not name.startswith("-"):
            skipped = False
            continue
        skipped = not own and not value.startswith("-")
        if name in ("-H", "--host"):
            names += [f"{name} {own or value}"] if (own or value) != "fd://" else []
        elif name != "--containerd":
            names.append(name)
    return " ".join(names) or "none"


def started_with() -> str:
    """The same of the running engine: its unit, or /etc/default/docker, may have more than its package's."""
    with open("/run/docker.pid") as file:
        pid = int(file.read())
    with open(f"/proc/{pid}/cmdline") as file:
        return flags(file.read().split("\0")[1:-1])


def main() -> None:
    """Print it."""
    info = Engine("docker").get("/info")
    shown = {
        # Where it maps users, it adds their number to the folder.
        "data_root": re.sub(r"/\d+\.\d+$", "", info["DockerRootDir"]),
        "live_restore": info["LiveRestoreEnabled"],
        "log_driver": info["LoggingDriver"],
        "flags": started_with(),
        "no_new_privileges": "name=no-new-privileges" in info["SecurityOptions"],
    }
    published = [
        port["PublicPort"]
        for one in Engine("docker").get("/containers/json") or []
        for port in one.get("Ports", [])
        if "." in port.get("IP", "") and port.get("PublicPort")
    ]
    shown["network rules"] = missing_rules(rules("nat"), rules("filter"), published)
    print(json.dumps(shown))


def rules(table: str) -> list[str]:
    """The rules of a table of the kernel, as iptables prints them."""
    done = subprocess.run(
        ["iptables", "-w", "5", "-t", table, "-S"], capture_output=True, text=True, check=True
    )
    return done.stdout.splitlines()


def missing_rules(nat: list[str], filtering: list[str], published: list[int]) -> str:
    """``loaded``, or which of the engine's own rules are gone, such as after ``nft flush ruleset``.

    The engine makes them when it starts and when it starts a container, and never by a reload.

    Args:
        nat: The rules of the table nat.
        filtering: Those of the table filter.
        published: Ports of containers that run.
    """
    missing = []
    if not any(rule.startswith("-A PREROUTING") and rule.endswith("-j DOCKER") for rule in nat):
        missing.append("chain DOCKER of nat")
    if not any(rule.startswith("-A FORWARD") and "-j DOCKER" in rule for rule in filtering):
        missing.append("chains of filter")
    passed_on = [f"{rule} " for rule in nat if rule.startswith("-A DOCKER")]
    missing += [
        f"port {port}"
        for port in sorted(set(published))
        if not any(f"--dport {port} " in rule for rule in passed_on)
    ]
    gone = ", ".join(missing)
    return f"gone: {gone}; a restart of docker.service makes them, which apply does" if missing else "loaded"


if __name__ == "__main__":
    try:
        main()
    except (OSError, http.client.HTTPException, subprocess.CalledProcessError, ValueError, KeyError) as error:
        sys.exit(f"engine: {error!r}")
