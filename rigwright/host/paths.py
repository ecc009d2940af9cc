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
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

MAX_SHOWN_BYTES = 262144
MAX_READ_BYTES = 64 * 1024 * 1024
"""No managed file comes near it: all of them travel in one payload. A larger one differs, and is not read."""
CHUNK_BYTES = 1024 * 1024
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
        content = read_content(path, keyed["key"])
        if content is None:
            return {"kind": "unreadable", "error": "the file cannot be read"}
        if content.size > MAX_READ_BYTES:
            return {**found, "size": max(content.size, status.st_size)}
        found.update(describe(content, desired, applied, keyed["hashes"].get(path)))
    return found


class Content(NamedTuple):
    """What is kept of a file, which may be larger than memory.

    Attributes:
        size: Bytes that were read; above ``MAX_READ_BYTES`` for a file that has more, and all else is empty.
        sha256: Its hash.
        keyed: The hash of the host's key and its content.
        md5: Its hash, as dpkg keeps it.
        head: Its first bytes, all of them where it has no more than ``MAX_SHOWN_BYTES``.
    """

    size: int
    sha256: str
    keyed: str
    md5: str
    head: bytes


def read_content(path: str, key: bytes) -> Content | None:
    """The file in chunks, up to a limit that holds for one that grows too; None where it cannot be read."""
    sha256, keyed, md5 = hashlib.sha256(), hashlib.sha256(key), hashlib.md5()
    size, head = 0, b""
    try:
        with open(path, "rb") as file:
            if os.fstat(file.fileno()).st_size > MAX_READ_BYTES:
                return Content(MAX_READ_BYTES + 1, "", "", "", b"")
            while size <= MAX_READ_BYTES and (chunk := file.read(CHUNK_BYTES)):
                size += len(chunk)
                for one in (sha256, keyed, md5):
                    one.update(chunk)
                if len(head) <= MAX_SHOWN_BYTES:
                    head += chunk
    except OSError:
        return None
    return Content(size, sha256.hexdigest(), keyed.hexdigest(), md5.hexdigest(), head)


def describe(
    content: Content, desired: dict[str, Any] | None, applied: dict[str, Any] | None, secret: str | None
) -> dict[str, Any]:
    """What the content is compared with; it is shown only where it differs and is no secret.

    Args:
        content: What was read.
        desired: What the query names of the file.
        applied: What the manifest has of it.
        secret: The keyed hash of what was applied, of a secret file only.
    """
    found: dict[str, Any] = {
        "as_desired": desired is not None and content.sha256 == desired["sha256"],
        "as_applied": applied is not None and applied.get("sha256") == content.sha256,
        "md5": content.md5,
    }
    if secret is not None:
        found["as_applied"] = content.keyed == secret
    if desired is not None and desired["sha256"] is None:
        found["as_desired"] = found["as_applied"]
    shown = desired is not None and desired["shown"] and secret is None
    if shown and not found["as_desired"] and content.size <= MAX_SHOWN_BYTES:
        found["content"] = base64.b64encode(content.head).decode()
    return found
