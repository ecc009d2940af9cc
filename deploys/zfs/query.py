"""What of ZFS is on this host: travels inside a reading, and runs under the host's own Python.

Python 3.10 and its standard library only. It changes nothing. Everything that it answers is one JSON object
of plain text, ``OK`` where all is well, else what is in the way and what a person can do about it.

    look.py required|pools|datasets PLAN        one of the readings
    look.py action PLAN POOL                    what is to become of a pool: here, import, create, or why not
"""

from __future__ import annotations

import glob
import json
import os
import re
import sys

from deploys.zfs.query_disks import decided, imported, leaves_of, same_disks, states
from deploys.zfs.query_tools import OK, Plan, content, rows, run, version

SHOWN_NAMES = 3


def kernel_fits(release: str, ceiling: str) -> str:
    """Whether this ZFS can be built for this kernel, which the inventory or ZFS's own META tells."""
    if version(release) <= version(ceiling):
        return OK
    return (
        f"Linux {release}, and ZFS of this release is made for kernels up to {ceiling}: "
        "boot an older kernel, and hold it"
    )


def kernel(plan: Plan) -> str:
    """Whether the kernel has ZFS, or can get it."""
    if os.path.isdir("/sys/module/zfs"):
        return OK
    if run("systemd-detect-virt", "--container", "--quiet") is not None:
        return "that of another host, because this is a container: give that host the pools"
    if plan["ceiling"] is None or run("modinfo", "-F", "version", "zfs"):
        return OK
    told = [re.search(r"^Linux-Maximum:\s*(\S+)", content(path), re.MULTILINE) for path in metas()]
    newest = [match[1] for match in told if match]
    return kernel_fits(os.uname().release, newest[-1] if newest else plan["ceiling"])


def metas() -> list[str]:
    """The descriptions of installed sources of ZFS."""
    return sorted(glob.glob("/usr/src/zfs-*/META"))


def contrib(plan: Plan) -> str:
    """Debian keeps ZFS in contrib; an installation without it has sanoid take another file system instead."""
    if plan["ceiling"] is None or os.path.exists("/usr/sbin/zpool"):
        return OK
    places = ["/etc/apt/sources.list", *glob.glob("/etc/apt/sources.list.d/*")]
    if any(re.search(r"^[^#\n]*\bcontrib\b", content(path), re.MULTILINE) for path in places):
        return OK
    return "without contrib, where Debian has ZFS: add contrib behind main in apt's sources"


def mounts(text: str) -> dict[str, str]:
    """What is mounted on top at each folder, by the text of ``/proc/self/mounts``."""
    fields = (line.split() for line in text.splitlines())
    return {words[1]: words[0] for words in fields if len(words) > 1}


def folder(path: str, dataset: str, mounted: dict[str, str]) -> str:
    """Whether a dataset is or can be mounted at a folder."""
    if path in mounted:
        return (
            OK
            if mounted[path] == dataset
            else f"taken by {mounted[path]}, which is mounted there: unmount that, or name another"
        )
    if not os.path.lexists(path):
        return OK
    if os.path.islink(path) or not os.path.isdir(path):
        return "no folder: move it away"
    names = sorted(os.listdir(path))
    if not names:
        return OK
    shown = ", ".join([*names[:SHOWN_NAMES], *(["…"] if len(names) > SHOWN_NAMES else [])])
    return (
        f"not empty ({shown}), and a mount would hide that: "
        f"stop what uses it, mv {path} {path}.before, apply, and copy it back: cp -a {path}.before/. {path}/"
    )


def required(plan: Plan) -> dict[str, str]:
    """What must be so before anything on the host changes."""
    found = {"kernel": kernel(plan), "package sources": contrib(plan)}
    here = imported()
    missing = [pool for pool in plan["pools"] if pool["name"] not in here]
    disks = states(missing)
    for pool in plan["pools"]:
        own = {name: disks[name] for name in pool["disks"]} if pool in missing else {}
        mixed = {*own.values()} == {"blank", "member"}
        for name in pool["disks"]:
            told = own.get(name, "member")
            fine = told in ("blank", "member") and not mixed
            found[f"disk {name}"] = OK if fine else mixed_up(pool["name"], told) if mixed else told
    mounted = mounts(content("/proc/self/mounts"))
    for path, dataset in plan["folders"].items():
        found[f"folder {path}"] = folder(path, dataset, mounted)
    return found


def mixed_up(pool: str, told: str) -> str:
    """What to say of a disk beside others that are something else to the same pool."""
    return (
        f"{told}, and others of the pool {pool} are not: import it by hand, zpool import {pool}, "
        "and replace the disk: zpool replace"
    )


def pools(plan: Plan) -> dict[str, str]:
    """Whether each pool is imported, of which disks, and what its properties are."""
    found: dict[str, str] = {}
    here = imported()
    names = [pool["name"] for pool in plan["pools"] if pool["name"] in here]
    properties, tasks = ([*plan["pools"][0][kind]] for kind in ("properties", "tasks"))
    told = {**asked("zpool", properties, names), **asked("zfs", tasks, names)}
    leaves = leaves_of(names)
    for pool in plan["pools"]:
        name = pool["name"]
        if name in here:
            same = same_disks(leaves.get(name, []), pool["disks"])
            found |= {name: "imported", f"{name} disks": OK if same else "others than the inventory says"}
            found |= {f"{one} {key}": value for (one, key), value in told.items() if one == name}
        else:
            found[name] = "not here"
            # One that is not here has nothing to be set.
            wanted = {"disks": OK, **pool["properties"], **pool["tasks"]}
            found |= {f"{name} {key}": value for key, value in wanted.items()}
    return found


def asked(program: str, properties: list[str], names: list[str]) -> dict[tuple[str, str], str]:
    """The values of properties, by name and property; what is not there has none."""
    fields = ("get", "-Hp", "-o", "name,property,value", ",".join(properties))
    lines = rows(program, *fields, *names) if names else []
    return {(name, key): value for name, key, value in lines}


def datasets(plan: Plan) -> dict[str, str]:
    """What each dataset's properties are, and whether it is mounted. Snapshots are not looked at."""
    found: dict[str, str] = {}
    release = content("/sys/module/zfs/version")
    told = asked("zfs", [*plan["datasets"][0]["properties"]], [one["name"] for one in plan["datasets"]])
    for one in plan["datasets"]:
        name = one["name"]
        own = {key: spoken(key, value, release) for (owner, key), value in told.items() if owner == name}
        found[name] = "there" if own else "missing"
        found |= {f"{name} {key}": value for key, value in (own or one["properties"]).items()}
    return found


def spoken(key: str, value: str, release: str) -> str:
    """A property as every release tells it: to 2.3 ``xattr=sa`` is ``on``, which meant ``dir`` before."""
    return "sa" if (key, value) == ("xattr", "on") and version(release) >= (2, 3) else value


def main(verb: str, text: str, *names: str) -> None:
    """Answer on standard output."""
    plan = json.loads(text)
    if verb == "action":
        (pool,) = (one for one in plan["pools"] if one["name"] == names[0])
        told = {} if pool["name"] in imported() else states([pool])
        print(decided(told) if told else "here")
        for name, why in told.items():
            print(f"disk {name}: {why}", file=sys.stderr)
        return
    print(json.dumps({"required": required, "pools": pools, "datasets": datasets}[verb](plan)))


if __name__ == "__main__":
    main(*sys.argv[1:])
