"""One path of this host, compared with its desired and its last applied state.

Runs under the host's own Python (3.10 and newer) with the standard library only, and changes nothing.
"""

from __future__ import annotations

import base64
import grp
import hashlib
import os
import pwd
import stat
from typing import TYPE_CHECKING, Any

from rigwright.host.tools import read

if TYPE_CHECKING:
    from collections.abc import Callable

MAX_SHOWN_BYTES = 262144
KINDS = {stat.S_IFREG: "file", stat.S_IFDIR: "directory", stat.S_IFLNK: "link"}


def name_of(lookup: Callable[[int], Any], number: int) -> str:
    """A user's or group's name, its number where it has none."""
    try:
        return str(lookup(number)[0])
    except KeyError:
        return str(number)


def observe_path(
    path: str, desired: dict[str, Any] | None, applied: dict[str, Any] | None, keyed: dict[str, Any]
) -> dict[str, Any]:
    """One path: its kind, mode, owner, and whether its content is the desired and the last applied one."""
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
        found.update(describe(path, content, desired, applied, keyed))
    return found


def describe(
    path: str,
    content: bytes,
    desired: dict[str, Any] | None,
    applied: dict[str, Any] | None,
    keyed: dict[str, Any],
) -> dict[str, Any]:
    """What the content is compared with; it is shown only where it differs and is no secret."""
    digest = hashlib.sha256(content).hexdigest()
    secret = path in keyed["hashes"]
    found: dict[str, Any] = {
        "as_desired": desired is not None and digest == desired["sha256"],
        "as_applied": applied is not None and applied.get("sha256") == digest,
        "md5": hashlib.md5(content).hexdigest(),
    }
    if secret:
        found["as_applied"] = hashlib.sha256(keyed["key"] + content).hexdigest() == keyed["hashes"][path]
    if desired is not None and desired["sha256"] is None:
        found["as_desired"] = found["as_applied"]
    shown = desired is not None and desired["shown"] and not secret
    if shown and not found["as_desired"] and len(content) <= MAX_SHOWN_BYTES:
        found["content"] = base64.b64encode(content).decode()
    return found
