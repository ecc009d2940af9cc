"""What the lab reads from the machine that it runs on, and how it starts the machine's programs."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

from rigwright.errors import RigError
from rigwright.lab import sources
from rigwright.lab.recipe import BuildEnvironment, Recipe

# What says how apt reaches an archive; everything else of the machine's apt stays its own.
APT_OPTIONS = re.compile(
    r'^(Acquire::https?::Proxy(?:::\S+)?|Acquire::Check-(?:Valid-Until|Date)) "([^"]+)";$', re.MULTILINE
)
LOOPBACK = re.compile(r"127\.|::1$|localhost")


def call(*command: str, stdin: str | None = None) -> str:
    """Run a program and return what it printed.

    It dies with its caller, so that nothing of a killed run works on beside the next.

    Raises:
        RigError: It could not be started or failed; the message has its last words.
    """
    try:
        done = subprocess.run(
            ["setpriv", "--pdeathsig", "KILL", *command],
            input=stdin,
            capture_output=True,
            text=True,
            check=False,
        )
    except OSError as error:
        raise RigError(f"cannot run {command[0]}: {error.strerror}") from error
    if done.returncode:
        last = (done.stderr or done.stdout).strip().splitlines()[-8:]
        raise RigError("\n".join([f"{' '.join(command)} failed with {done.returncode}", *last]))
    return done.stdout


def apt_sources() -> list[sources.Source]:
    """Every binary source that the machine's apt reads."""
    folder = Path("/etc/apt/sources.list.d")
    found: list[sources.Source] = []
    for path in [Path("/etc/apt/sources.list"), *sorted(folder.glob("*.list"))]:
        if path.is_file():
            found += sources.parse_one_line(path.read_text(errors="replace"))
    for path in sorted(folder.glob("*.sources")):
        found += sources.parse_deb822(path.read_text(errors="replace"))
    return found


def apt_options() -> tuple[str, ...]:
    """The machine's way to the archives, as lines of apt configuration.

    A proxy on the machine's loopback is left out: from a lab host it is not there.
    """
    dumped = APT_OPTIONS.findall(call("apt-config", "dump"))
    named = {name for name, _ in dumped}
    for scheme in ("http", "https"):
        proxy = os.environ.get(f"{scheme}_proxy")
        if proxy and f"Acquire::{scheme}::Proxy" not in named:
            dumped.append((f"Acquire::{scheme}::Proxy", proxy))
    return tuple(
        f'{name} "{value}";'
        for name, value in dumped
        if "://127." not in value and "://localhost" not in value
    )


def authorities() -> tuple[tuple[str, str], ...]:
    """The certificate authorities that the machine's administrator added, by file name."""
    folder = Path("/usr/local/share/ca-certificates")
    return tuple(
        (str(path.relative_to(folder)), path.read_text(errors="replace"))
        for path in sorted(folder.rglob("*.crt"))
    )


def environment(recipe: Recipe) -> BuildEnvironment:
    """What this machine lends to an image of the recipe."""
    found = sources.mirrors(apt_sources(), recipe.distribution)
    if found is None and recipe.distribution == "ubuntu":
        found = sources.Mirrors("http://archive.ubuntu.com/ubuntu", "http://security.ubuntu.com/ubuntu")
    return BuildEnvironment(sources.render(recipe, found) if found else "", apt_options(), authorities())


def name_servers() -> str:
    """A resolv.conf for lab hosts.

    Where the machine asks a stub on its own loopback, the servers behind systemd-resolved's stub.

    Raises:
        RigError: No name server is reachable from outside the machine itself.
    """
    for path in (Path("/etc/resolv.conf"), Path("/run/systemd/resolve/resolv.conf")):
        if path.is_file():
            lines = [
                line
                for line in path.read_text().splitlines()
                if re.match(r"(nameserver|search|options)\s", line)
            ]
            usable = [line for line in lines if not LOOPBACK.match(line.split()[1])]
            if any(line.startswith("nameserver") for line in usable):
                return "\n".join(usable) + "\n"
    raise RigError(
        "every name server of this machine listens on its loopback, where lab hosts cannot reach it",
        file="/etc/resolv.conf",
        next_step="name a server that other hosts can reach",
    )
