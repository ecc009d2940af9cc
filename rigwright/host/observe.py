"""What is on this host, as JSON on standard output; what to look at comes as JSON on standard input.

Runs under the host's own Python (3.10 and newer) with the standard library only, and changes nothing.
Every answer is total: what cannot be read is reported as such.
"""

from __future__ import annotations

import base64
import grp
import hashlib
import json
import os
import pwd
import signal
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from rigwright.host.surroundings import surroundings
from rigwright.host.tools import STATE, listing, read, run

if TYPE_CHECKING:
    from collections.abc import Callable

LOCKS = ["rigwright-transaction.service", "rigwright-packages.service"]
MAX_SHOWN_BYTES = 262144
STEP_TIMEOUT_SECONDS = 60  # of a machine that works at its limit, where the nightly check yields to all else
COMMANDS_AT_ONCE = 8
KINDS = {stat.S_IFREG: "file", stat.S_IFDIR: "directory", stat.S_IFLNK: "link"}
UNIT_PROPERTIES = (
    "Id,LoadState,ActiveState,SubState,UnitFileState,NeedDaemonReload,StateChangeTimestampMonotonic,"
    "FragmentPath,DropInPaths"
)


def name_of(lookup: Callable[[int], Any], number: int) -> str:
    """A user's or group's name, its number where it has none."""
    try:
        return str(lookup(number)[0])
    except KeyError:
        return str(number)


def look(
    path: str, wanted: dict[str, Any] | None, applied: dict[str, Any] | None, keyed: dict[str, Any]
) -> dict[str, Any]:
    """One path: its kind, mode, owner, and whether its content is the wanted and the last applied one."""
    try:
        status = os.lstat(path)
    except OSError as error:
        missing = isinstance(error, (FileNotFoundError, NotADirectoryError))
        return {"kind": "absent"} if missing else {"kind": "unreadable", "error": error.strerror}
    found = {
        "kind": KINDS.get(stat.S_IFMT(status.st_mode), "other"),
        "mode": stat.S_IMODE(status.st_mode),
        "owner": name_of(pwd.getpwuid, status.st_uid),
        "group": name_of(grp.getgrgid, status.st_gid),
        "changed": status.st_ctime,
    }
    if found["kind"] == "link":
        found["target"] = os.readlink(path)
        found["as_applied"] = applied is not None and applied.get("target") == found["target"]
    if found["kind"] == "file":
        content = read(path)
        if content is None:
            return {"kind": "unreadable", "error": "the file cannot be read"}
        found.update(describe(path, content, wanted, applied, keyed))
    return found


def describe(
    path: str,
    content: bytes,
    wanted: dict[str, Any] | None,
    applied: dict[str, Any] | None,
    keyed: dict[str, Any],
) -> dict[str, Any]:
    """What the content is compared with; it is shown only where it differs and is no secret."""
    digest = hashlib.sha256(content).hexdigest()
    secret = path in keyed["hashes"]
    found: dict[str, Any] = {
        "as_wanted": wanted is not None and digest == wanted["sha256"],
        "as_applied": applied is not None and applied.get("sha256") == digest,
        "md5": hashlib.md5(content).hexdigest(),
    }
    if secret:
        found["as_applied"] = hashlib.sha256(keyed["key"] + content).hexdigest() == keyed["hashes"][path]
    if wanted is not None and wanted["sha256"] is None:
        found["as_wanted"] = found["as_applied"]
    shown = wanted is not None and wanted["shown"] and not secret
    if shown and not found["as_wanted"] and len(content) <= MAX_SHOWN_BYTES:
        found["content"] = base64.b64encode(content).decode()
    return found


def packages(names: list[str]) -> dict[str, str]:
    """Installed version by package name; absent where it is not wholly installed."""
    if not names:
        return {}
    rows = run("dpkg-query", "-W", "-f", "${Package}\t${db:Status-Status}\t${Version}\n", *names).splitlines()
    fields = (row.split("\t") for row in rows)
    return {name: version for name, status, version in fields if status == "installed"}


def conffiles() -> dict[str, str]:
    """MD5 that the package ships, by path of a configuration file (dpkg keeps no other hash)."""
    rows = (row.split() for row in run("dpkg-query", "-W", "-f", "${Conffiles}\n").splitlines())
    return {path: md5 for path, md5, *_ in filter(None, rows)}


def units(names: list[str]) -> dict[str, dict[str, str]]:
    """Properties of each unit as systemd names them."""
    if not names:
        return {}
    blocks = run("systemctl", "show", "--no-pager", "-p", UNIT_PROPERTIES, "--", *names).split("\n\n")
    found = (dict(line.split("=", 1) for line in block.splitlines() if "=" in line) for block in blocks)
    return dict(zip(names, found, strict=False))


def ask(
    command: str, limit_seconds: float = STEP_TIMEOUT_SECONDS
) -> subprocess.CompletedProcess[bytes] | None:
    """What a step's question, a probe or a reading said, None when it did not answer.

    What does not answer in time ends with everything that it started: a look leaves nothing behind.
    """
    pipe, nothing = subprocess.PIPE, subprocess.DEVNULL
    argv = ["sh", "-c", command]
    try:
        with subprocess.Popen(
            argv, stdin=nothing, stdout=pipe, stderr=pipe, start_new_session=True
        ) as process:
            try:
                out, err = process.communicate(timeout=limit_seconds)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                return None
    except OSError:
        return None
    return subprocess.CompletedProcess(argv, process.returncode, out, err)


def code(command: str) -> int | None:
    """The exit code of a step's question or of a probe, None when it did not answer."""
    done = ask(command)
    return done.returncode if done else None


def reading(command: str) -> dict[str, Any]:
    """The values of a reading as text, or why there are none."""
    done = ask(command)
    if done is None:
        return {"values": None, "error": f"no answer within {STEP_TIMEOUT_SECONDS} s"}
    if done.returncode:
        last = (done.stderr.decode("utf-8", "replace").strip().splitlines() or ["it said nothing"])[-1]
        return {"values": None, "error": f"exit code {done.returncode}: {last}"}
    try:
        found = json.loads(done.stdout)
        values = {key: value if isinstance(value, str) else json.dumps(value) for key, value in found.items()}
    except (ValueError, AttributeError):
        return {"values": None, "error": "it printed no JSON object"}
    return {"values": values, "error": None}


def answers(spec: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """What every command of every subsystem answers, by kind and command; they wait beside each other."""
    kinds: dict[str, Callable[[str], Any]] = {"steps": code, "probes": code, "readings": reading}
    asked = [
        (kind, command)
        for one in spec["subsystems"].values()
        for kind in kinds
        for command in one[kind].values()
    ]
    with ThreadPoolExecutor(max_workers=COMMANDS_AT_ONCE) as pool:
        found = pool.map(lambda one: kinds[one[0]](one[1]), asked)
        told: dict[str, dict[str, Any]] = {kind: {} for kind in kinds}
        for (kind, command), answer in zip(asked, found, strict=True):
            told[kind][command] = answer
    return told


def manifest(subsystem: str) -> tuple[dict[str, Any] | None, dict[str, Any]]:
    """What was applied last, and the keyed hashes of its secrets."""
    try:
        found = json.loads(read(f"{STATE}/manifests/{subsystem}.json") or b"null")
    except ValueError:
        found = None
    applied = found if isinstance(found, dict) else None
    rows = (read(f"{STATE}/manifests/{subsystem}.secrets") or b"").decode().splitlines()
    hashes = {path: digest for digest, _, path in (row.partition("\t") for row in rows)}
    return applied, {"key": read(f"{STATE}/key") or b"", "hashes": hashes}


def of_all(question: Callable[[list[str]], dict[str, Any]], names: list[list[str]]) -> list[dict[str, Any]]:
    """The answers for several lists of names, asked for at once: a process costs more than its answer."""
    answers = question(sorted({name for some in names for name in some}))
    return [{name: answers[name] for name in some if name in answers} for some in names]


def observe_subsystem(name: str, spec: dict[str, Any], told: dict[str, Any]) -> dict[str, Any]:
    """All that the specification of one subsystem asks for, but its packages and units."""
    applied, keyed = manifest(name)
    before = (applied or {}).get("paths", {})
    wanted = spec["files"]
    paths = sorted({*spec["paths"], *before})
    found = {path: look(path, wanted.get(path), before.get(path), keyed) for path in paths}
    names = {directory: listing(directory) for directory in spec["owned"]}
    inside = (f"{directory}/{name}" for directory, entries in names.items() for name in entries or ())
    found.update({path: look(path, None, None, keyed) for path in inside if path not in found})
    return {
        "paths": found,
        "listings": names,
        **{
            kind: {name: said[command] for name, command in spec[kind].items()} for kind, said in told.items()
        },
        "applied": applied,
        "transaction": (read(f"{STATE}/transactions/{name}/state") or b"").decode().strip() or None,
    }


def records() -> dict[str, dict[str, Any] | None]:
    """The manifest of every subsystem that was ever applied here, None for one that is damaged."""
    names = [
        name.removesuffix(".json") for name in listing(f"{STATE}/manifests") or () if name.endswith(".json")
    ]
    return {name: manifest(name)[0] for name in names}


def staying(units: Any) -> list[str]:
    """The recorded units that stay when their subsystem goes; records of earlier revisions name none."""
    return [name for name, about in units.items() if about.get("stays")] if isinstance(units, dict) else []


def kept(found: dict[str, dict[str, Any] | None]) -> dict[str, dict[str, Any]]:
    """What is needed to take away every subsystem that was applied here and still has files, by its name."""
    return {
        name: {
            "units": [*applied.get("units", ())],
            "staying": staying(applied.get("units", ())),
            "confirm_seconds": applied.get("confirm_seconds", 0),
        }
        for name, applied in found.items()
        if applied and applied.get("paths")
    }


def nothing_differs(seen: dict[str, Any]) -> bool:
    """Whether every file is as wanted or as applied, so that no package default needs to be known."""
    files = (path for one in seen.values() for path in one["paths"].values())
    return all(file.get("as_wanted") or file.get("as_applied") or file["kind"] != "file" for file in files)


def observe(spec: dict[str, Any]) -> dict[str, Any]:
    """The answer to one specification."""
    told = answers(spec)
    seen = {name: observe_subsystem(name, one, told) for name, one in spec["subsystems"].items()}
    specs = list(spec["subsystems"].values())
    installed = of_all(packages, [one["packages"] for one in specs])
    *states, locks = of_all(units, [*(one["units"] for one in specs), LOCKS])
    for one, versions, found in zip(seen.values(), installed, states, strict=True):
        one.update(packages=versions, units=found)
    release = read("/etc/os-release") or b""
    found = records()
    named = {unit: state for one in states for unit, state in one.items()}
    ours = {path for one in specs for path in one["paths"]}
    return {
        "os_release": release.decode("utf-8", "replace"),
        "subsystems": seen,
        "conffiles": {} if nothing_differs(seen) else conffiles(),
        "kept": kept(found),
        "damaged": [name for name, applied in found.items() if applied is None],
        "busy": any(
            one.get("ActiveState") in ("active", "activating", "deactivating") for one in locks.values()
        ),
        "root": os.geteuid() == 0,
        "surroundings": surroundings(named, ours) if spec["surroundings"] else None,
    }


if __name__ == "__main__":
    json.dump(observe(json.load(sys.stdin)), sys.stdout)
