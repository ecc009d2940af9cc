"""What the host's disks are to pools. It travels with ``look.py``, and changes nothing."""

from __future__ import annotations

import json
import os
import re
import sys

from deploys.zfs.look_tools import OK, Plan, content, rows, run

BY_ID = "/dev/disk/by-id"
EDGE_BYTES = 2**20
"""What is read at either end of a disk: partition tables, file systems, RAID and ZFS leave traces there."""


def label_facts(text: str) -> dict[str, str]:
    """Name, host and state out of what ``zdb -l`` prints of a label."""
    found = re.findall(r"^ {4}(name|hostid|hostname|state): '?([^'\n]*)'?$", text, re.MULTILINE)
    return dict(reversed(found))


def own_hostid() -> int:
    """The host's number, as ZFS sees it; 0 where it has none."""
    given = content("/sys/module/spl/parameters/spl_hostid").strip()
    if given.isdigit() and int(given):
        return int(given)
    try:
        with open("/etc/hostid", "rb") as file:
            return int.from_bytes(file.read(4), sys.byteorder)
    except OSError:
        return 0


def whose(facts: dict[str, str], pool: str, hostid: int, hostname: str) -> str:
    """Whether a label is of this pool and was last written by this host; else whose it is."""
    if facts.get("name") != pool:
        return f"is of the pool {facts.get('name', 'of no name')}"
    here = int(facts["hostid"]) == hostid if "hostid" in facts else facts.get("hostname") == hostname
    if here:
        return OK
    return (
        f"is of a pool {pool} that {facts.get('hostname', 'another machine')} used last: make sure that "
        f"nothing uses it there, then take it over by hand: zpool import -f {pool}"
    )


def signatures(device: str) -> list[str]:
    """What lsblk and wipefs find on a disk and all that is made of it, in words; nothing is an empty list."""
    listed = run("lsblk", "-nrpo", "NAME,TYPE,MOUNTPOINT", device)
    if listed is None:
        return [f"{device}: what lsblk cannot tell"]
    found = []
    for line in listed.splitlines():
        name, kind, *mounted = line.split(" ")
        found += traces(name)
        if kind not in ("disk", "part", "loop"):
            found.append(f"{name}: {kind}")
        if any(mounted):
            found.append(f"{name}: mounted at {mounted[0]}")
    return found


def traces(device: str) -> list[str]:
    """What wipefs finds on one device; that it cannot look is something too."""
    told = run("wipefs", "-J", device)
    if told is None:
        return [f"{device}: what wipefs cannot tell"]
    signs = json.loads(told)["signatures"] if told.strip() else []
    return sorted({f"{device}: {one['type']} {one.get('label') or ''}".strip() for one in signs})


def written(device: str) -> str | None:
    """Where a disk without any signature holds something all the same; None where its ends are empty."""
    try:
        with open(device, "rb") as disk:
            size = disk.seek(0, os.SEEK_END)
            for start in (0, max(0, size - EDGE_BYTES)):
                disk.seek(start)
                if disk.read(EDGE_BYTES).strip(b"\0"):
                    return f"data near byte {start} that no tool knows"
    except OSError as error:
        return f"nothing that can be read ({error.strerror})"
    return None


def members(device: str) -> list[str]:
    """The disk and its partitions, those that may have a label of ZFS."""
    found = run("lsblk", "-nrpo", "NAME", device) or ""
    return found.split()


def disk(device: str, pool: str) -> str:
    """What a disk is to a pool that is not imported: ``blank``, ``member``, or why it must not be touched."""
    if not os.path.exists(device):
        return "is not there: ls -l /dev/disk/by-id shows those that are"
    found = signatures(device)
    ours = re.compile(rf": (gpt|PMBR|zfs_member {re.escape(pool)})$")
    if any(one.endswith(f": zfs_member {pool}") for one in found) and all(map(ours.search, found)):
        return member(device, pool)
    what = "; ".join(found) or written(device)
    if what is None:
        return "blank"
    return (
        f"holds {what}. Look at it (lsblk -f {device}); if nobody needs it any more, empty it by hand: "
        f"wipefs -a, then blkdiscard -f {device}, or zeros over its first and last MiB"
    )


def member(device: str, pool: str) -> str:
    """The same of a disk that holds nothing but a pool of this name."""
    if not os.path.exists("/usr/sbin/zdb"):
        return "member"  # asked again once ZFS's own tools are there, and before anything is made of it
    labels = [label_facts(run("zdb", "-l", name, codes=(0, 1)) or "") for name in members(device)]
    told = whose(next((one for one in labels if one), {}), pool, own_hostid(), os.uname().nodename)
    return "member" if told == OK else told


def imported() -> set[str]:
    """The pools that the host uses now."""
    return {name for (name,) in rows("zpool", "list", "-H", "-o", "name")}


def action(pool: Plan, here: set[str]) -> tuple[str, dict[str, str]]:
    """``here``, ``import``, ``create`` or ``refused``, and what each disk is to the pool."""
    if pool["name"] in here:
        return "here", dict.fromkeys(pool["disks"], "member")
    told = {name: disk(f"{BY_ID}/{name}", pool["name"]) for name in pool["disks"]}
    return decided(told), told


def decided(told: dict[str, str]) -> str:
    """What is to become of a pool whose disks are this."""
    states = {*told.values()}
    return {frozenset({"blank"}): "create", frozenset({"member"}): "import"}.get(frozenset(states), "refused")


def leaves_of(names: list[str]) -> dict[str, list[str]]:
    """The devices of each pool."""
    found: dict[str, list[str]] = {}
    pool = ""
    for row in rows("zpool", "list", "-vHP", *names) if names else []:
        if row[0]:
            pool = row[0]
        elif len(row) > 1 and row[1].startswith("/dev/"):
            found.setdefault(pool, []).append(row[1])
    return found


def same_disks(leaves: list[str], disks: list[str]) -> bool:
    """Whether devices of a pool are these disks: each of them, or a partition of it."""
    return {whole(leaf) for leaf in leaves} == {whole(f"{BY_ID}/{one}") for one in disks}


def whole(path: str) -> str:
    """The disk that a path of a disk or of ZFS's partition on it leads to."""
    real = os.path.realpath(path)
    base = re.sub(r"(?<=\d)p1$|(?<=[a-z])1$", "", real)
    return base if os.path.exists(base) else real
