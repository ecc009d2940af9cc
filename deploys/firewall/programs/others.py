"""What else filters packets, beside a table that is kept: ``others.py TABLE``, such as ``"inet rigwright"``.

A packet must pass every table: what another one drops stays closed, whatever this one opens. Prints
{WHAT: HOW} as JSON: tables that drop packets for the host, programs that make such tables at boot, and files
that flush all tables at boot. Tables of fail2ban, which close single addresses, and of containers' engines do
not count.
"""

from __future__ import annotations

import glob
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

HOOKS = ("ingress", "prerouting", "input", "forward")
OF_CONTAINERS = re.compile(r"docker-bridges|libvirt_network|netavark|lxd|incus|cni.*|kube.*")
OF_IPTABLES = re.compile(r"ip6? (filter|nat|raw|mangle|security)")
"""Containers' engines and iptables share them."""
OF_BANS = re.compile(r"f2b-.*")
CLOSES = re.compile(r"(?<![\w-])(drop|reject|REJECT|DROP)(?![\w-])")
HARMLESS = re.compile(r"ct state (\w+,)*invalid|@addr-set-|jump|goto")
QUOTED = re.compile(r'(?<!target )"[^"]*"')
GOES_TO = re.compile(r"\b(?:jump|goto) (\S+)")
FLUSHES = re.compile(r"^[^#\n]*\bflush\s+ruleset\b", re.MULTILINE)
PATH = re.compile(r"(?<![\w.-])/(?:etc|opt|root|home|srv|usr/local|var)/[^\s\"';|&<>()]+")
WANTS = "/etc/systemd/system/*.wants"
AT_BOOT = (
    *("/etc/rc.local", "/etc/crontab", "/etc/cron.d/*", "/var/spool/cron/crontabs/*"),
    *("/etc/network/interfaces", "/etc/network/interfaces.d/*", "/etc/network/if-*.d/*"),
    *("/etc/NetworkManager/dispatcher.d/*", "/etc/networkd-dispatcher/*/*"),
)
BEFORE_OURS = ("nftables.service", "rigwright-firewall.service")
"""Ours starts after nftables.service, which flushes all tables by Debian's own file."""
OWN = ("/usr/local/lib/rigwright/", "/var/lib/rigwright/")
"""What we write is compared as a whole; the reports there quote what was found elsewhere."""
MOST_BYTES = 262144


@dataclass
class Chain:
    """A chain of a table; ``hook`` and ``policy`` are empty where no packet comes to it by itself."""

    hook: str = ""
    policy: str = ""
    rules: list[str] = field(default_factory=list)


def text(path: str) -> str:
    """Content of a file; empty where there is none to read, or it is no configuration by its size."""
    try:
        if not os.path.isfile(path) or os.path.getsize(path) > MOST_BYTES:
            return ""
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read()
    except OSError:
        return ""


def output(*command: str) -> str:
    """Standard output of a command; empty where it is not there or fails."""
    try:
        done = subprocess.run(command, capture_output=True, check=False, timeout=30)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return "" if done.returncode else done.stdout.decode("utf-8", "replace")


def tables(listed: str) -> dict[str, dict[str, Chain]]:
    """The chains of each table, as ``nft -t list ruleset`` writes them."""
    found: dict[str, dict[str, Chain]] = {}
    chains: dict[str, Chain] = {}
    chain = Chain()
    for line in map(str.strip, listed.splitlines()):
        words = line.split()
        if line.startswith("table ") and line.endswith("{"):
            chains = found.setdefault(" ".join(words[1:-1]), {})
        elif line.endswith("{") and len(words) > 1:
            chain = chains.setdefault(words[1], Chain()) if words[0] == "chain" else Chain()
        elif line.startswith("type ") and " hook " in line:
            chain.hook = words[words.index("hook") + 1]
            policy = re.search(r"policy (\w+)", line)
            chain.policy = policy[1] if policy else ""
        elif line not in ("", "}") and not line.startswith("#"):
            chain.rules.append(line)
    return found


def closing(chains: dict[str, Chain], name: str, seen: set[str]) -> Iterator[str]:
    """Rules that drop or reject, in a chain and in those that it goes to."""
    if name in seen or OF_BANS.fullmatch(name) or name.startswith("DOCKER"):
        return
    seen.add(name)
    for rule in chains[name].rules if name in chains else ():
        if CLOSES.search(QUOTED.sub("", rule)):
            if not HARMLESS.search(rule):
                yield rule
        elif match := GOES_TO.search(rule):
            yield from closing(chains, match[1], seen)


def drops(chains: dict[str, Chain], *, shared: bool) -> list[str]:
    """How a table closes the host. Where engines have rules too, what passes through is theirs."""
    found = []
    for name, chain in sorted(chains.items()):
        if chain.hook not in HOOKS or (shared and chain.hook in ("forward", "prerouting")):
            continue
        if chain.policy == "drop":
            found.append(f"{name} drops what it does not accept")
        elif rules := [*closing(chains, name, set())]:
            more = f" and {len(rules) - 1} more" if len(rules) > 1 else ""
            found.append(f"{name} has {rules[0]}{more}")
    return found


def maker(table: str, chains: Iterable[str]) -> str:
    """Who makes a table, and what ends that."""
    if any(name.startswith(("ufw-", "ufw6-")) for name in chains):
        return "ufw: ufw disable"
    if table.endswith(" firewalld"):
        return "firewalld: systemctl disable --now firewalld.service"
    if enabled("netfilter-persistent.service") and table in ("ip filter", "ip6 filter"):
        return "iptables-persistent: systemctl disable --now netfilter-persistent.service"
    if enabled("nftables.service") and re.search(
        rf"^[^#\n]*\btable {table}\b", text("/etc/nftables.conf"), re.MULTILINE
    ):
        return "nftables.service: take it out of /etc/nftables.conf"
    return f"an unknown program: nft delete table {table}"


def enabled(unit: str) -> bool:
    """Whether a unit starts at boot."""
    return bool(glob.glob(f"{WANTS}/{unit}"))


def other_tables(listed: str, own: str) -> Iterator[tuple[str, str]]:
    """Each table that drops packets for the host."""
    found = tables(listed)
    engine = any(name.startswith("DOCKER") for chains in found.values() for name in chains)
    for table, chains in found.items():
        name = table.rpartition(" ")[2]
        if table == own or OF_CONTAINERS.fullmatch(name) or OF_BANS.fullmatch(name):
            continue
        shared = engine and OF_IPTABLES.fullmatch(table) is not None
        if how := drops(chains, shared=shared):
            yield f"table {table}", f"{'; '.join(how)}; of {maker(table, chains)}"


def programs() -> Iterator[tuple[str, str]]:
    """Programs that make tables of their own at boot."""
    if re.search(r"^ENABLED=yes", text("/etc/ufw/ufw.conf"), re.MULTILINE) and os.path.exists(
        "/usr/sbin/ufw"
    ):
        yield "ufw", "enabled: ufw disable"
    if enabled("firewalld.service"):
        yield "firewalld", "enabled: systemctl disable --now firewalld.service"
    saved = text("/etc/iptables/rules.v4") + text("/etc/iptables/rules.v6")
    if enabled("netfilter-persistent.service") and CLOSES.search(saved):
        yield "iptables-persistent", "enabled: systemctl disable --now netfilter-persistent.service"
    for version, names in (("", "ip_tables_names"), ("6", "ip6_tables_names")):
        if text(f"/proc/net/{names}") or "filter" in _read(f"/proc/net/{names}"):
            rules = output(f"ip{version}tables-legacy-save", "-t", "filter")
            if re.search(r"^:INPUT DROP|^-A INPUT .*-j (DROP|REJECT)", rules, re.MULTILINE):
                yield (
                    f"ip{version}tables-legacy",
                    f"drops packets: ip{version}tables-legacy -P INPUT ACCEPT and -F",
                )


def _read(path: str) -> str:
    """A file of /proc, whose size says nothing."""
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read(4096)
    except OSError:
        return ""


def flushes() -> Iterator[tuple[str, str]]:
    """Files that run at boot and flush every table, themselves or by a file that they name."""
    units = (path for path in glob.glob("/etc/systemd/system/*.service") if _starts(os.path.basename(path)))
    for path in [*units, *(path for pattern in AT_BOOT for path in sorted(glob.glob(pattern)))]:
        content = text(path)
        named = [one for one in PATH.findall(content) if one != path]
        further = [other for one in named for other in PATH.findall(text(one))]
        named, further = ([one for one in each if not one.startswith(OWN)] for each in (named, further))
        if where := next((one for one in [path, *named, *further] if FLUSHES.search(text(one))), ""):
            by = "" if where == path else f" by {where}"
            yield path, f"flushes every table at boot{by}: have it flush its own"


def _starts(unit: str) -> bool:
    return unit not in BEFORE_OURS and (enabled(unit) or enabled(f"{unit.rpartition('.')[0]}.timer"))


def main(own: str) -> None:
    """Print it."""
    found = dict(other_tables(output("nft", "-t", "list", "ruleset"), own))
    named = " ".join(found.values())
    found.update({name: how for name, how in programs() if f"of {name}:" not in named})
    found.update(flushes())
    print(json.dumps(found))


if __name__ == "__main__":
    main(sys.argv[1])
