"""What the host's disks are to pools. It travels with ``look.py``, and changes nothing."""

from __future__ import annotations

import json
import os
import re
import sys
from typing import Any

from deploys.zfs.query_tools import OK, Plan, content, rows, run

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
        return f"of the pool {facts.get('name', 'of no name')}"
    here = int(facts["hostid"]) == hostid if "hostid" in facts else facts.get("hostname") == hostname
    if here:
        return OK
    return (
        f"of a pool {pool} that {facts.get('hostname', 'another machine')} used last: make sure that "
        f"nothing uses it there, then take it over by hand: zpool import -f {pool}"
    )


def signatures(devices: list[str]) -> dict[str, list[str]]:
    """What lsblk and wipefs find on each disk and all that is made of it, in words, by its real path.

    One on which nothing is has an empty list; one that they could not look at is missing. Two commands for
    all disks: on a busy host each takes its time.
    """
    told = run("lsblk", "-Jpo", "NAME,TYPE,MOUNTPOINT", *devices) if devices else None
    trees = {root["name"]: nodes(root) for root in (json.loads(told)["blockdevices"] if told else [])}
    names = sorted({node["name"] for tree in trees.values() for node in tree})
    signs = traces(names)
    if signs is None:
        return {}
    return {
        root: [word for node in tree for word in words(node, signs.get(os.path.basename(node["name"]), []))]
        for root, tree in trees.items()
    }


def nodes(root: dict[str, Any]) -> list[dict[str, Any]]:
    """A device and all below it, as lsblk tells them."""
    return [root, *(node for child in root.get("children", ()) for node in nodes(child))]


def words(node: dict[str, Any], signs: list[str]) -> list[str]:
    """What is on one device."""
    name = node["name"]
    kind = [] if node["type"] in ("disk", "part", "loop") else [node["type"]]
    mounted = [f"mounted at {node['mountpoint']}"] if node.get("mountpoint") else []
    return [f"{name}: {one}" for one in (*signs, *kind, *mounted)]


def traces(names: list[str]) -> dict[str, list[str]] | None:
    """What wipefs finds, by the last part of a device's name; None where it cannot look."""
    told = run("wipefs", "-J", *names) if names else None
    if told is None:
        return None
    found: dict[str, list[str]] = {}
    for one in json.loads(told)["signatures"] if told.strip() else []:
        sign = f"{one['type']} {one.get('label') or ''}".strip()
        found.setdefault(one["device"], [])
        found[one["device"]] += [] if sign in found[one["device"]] else [sign]
    return found


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


def disk(device: str, pool: str, found: list[str] | None) -> str:
    """What a disk is to a pool that is not imported: ``blank``, ``member``, or why it must not be touched.

    Args:
        device: Its path.
        pool: The name of the pool.
        found: What is on it; None where nobody could look.
    """
    if not os.path.exists(device):
        return "not there: ls -l /dev/disk/by-id shows those that are"
    if found is None:
        return "unknown, because lsblk or wipefs failed, or took too long"
    ours = re.compile(rf": (gpt|PMBR|zfs_member {re.escape(pool)})$")
    if any(one.endswith(f": zfs_member {pool}") for one in found) and all(map(ours.search, found)):
        return member(device, pool)
    what = "; ".join(found) or written(device)
    if what is None:
        return "blank"
    return (
        f"in use: it holds {what}. Look at it (lsblk -f {device}); if nobody needs it any more, empty it by "
        f"hand: wipefs -a, then blkdiscard -f {device}, or zeros over its first and last MiB"
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


def states(pools: list[Plan]) -> dict[str, str]:
    """What each disk of pools that are not imported is to its pool."""
    wanted = {name: pool["name"] for pool in pools for name in pool["disks"]}
    paths = {name: f"{BY_ID}/{name}" for name in wanted}
    found = signatures([path for path in paths.values() if os.path.exists(path)])
    return {
        name: disk(paths[name], pool, found.get(os.path.realpath(paths[name])))
        for name, pool in wanted.items()
    }


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
