"""Masks for identifiers: of their shape, the same everywhere in one recording, and not to be turned back."""

from __future__ import annotations

import hashlib
import ipaddress
import re
import secrets
from contextlib import suppress

ANYWHERE = (
    re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b", re.IGNORECASE),
    re.compile(r"\b(?:[0-9a-f]{2}:){5}[0-9a-f]{2}\b", re.IGNORECASE),
    re.compile(r"\b(?:0x|naa\.|eui\.)[0-9a-f]{16,32}\b", re.IGNORECASE),
    re.compile(r"\b[\w.+-]+@[\w-]+\.[\w.-]+\b"),
)
"""UUIDs, MAC addresses, world wide names, mail addresses."""
ADDRESS = re.compile(r"(?<![\w.:])[0-9A-Fa-f:.]{7,45}(?![\w.:])")
HEXADECIMAL = "0123456789abcdef-:. "
DISTINCT = re.compile(r"^(?=.*\d)(?=.{5})(?!\d{1,7}$)")
"""What is searched for in all that tools print: a short name or figure may stand there for something else."""
KNOWN_FOLDERS = {
    *("bin", "boot", "data", "dev", "efi", "etc", "home", "lib", "log", "media", "mnt", "opt", "root", "run"),
    *("shm", "srv", "sys", "tmp", "usr", "user", "var", "containers", "lock", "overlay2", "merged", "cache"),
    *("backup", "backups", "snap", "www", "rootfs", "lxc", "local", "disk", "mapper", "zvol"),
    *("by-id", "by-path", "by-partlabel", "by-partuuid", "by-uuid", "by-vdev"),
}


class Masks:
    """The masks of one recording. Their key is kept nowhere, so a known serial number leads to none."""

    def __init__(self, key: bytes | None = None) -> None:
        self._key = key or secrets.token_bytes(32)
        self._chosen: dict[str, str] = {}

    def of(self, original: str) -> str:
        """The mask of an identifier."""
        return self._chosen.setdefault(original, self._made(original))

    def path(self, path: str) -> str:
        """A path or a dataset's name, each part by itself; folders that every system has stay."""
        parts = re.split(r"([/@])", path)
        return "".join(one if one in KNOWN_FOLDERS or one in "/@" else self.of(one) for one in parts)

    def everywhere(self, text: str) -> str:
        """The text with each identifier that was seen before, and with all that have a shape of their own."""
        known = [one for one in self._chosen if DISTINCT.match(one)]
        if known:
            longest = "|".join(map(re.escape, sorted(known, key=len, reverse=True)))
            text = re.sub(rf"(?<![A-Za-z0-9])({longest})(?![A-Za-z0-9])", self._replaced, text)
        for pattern in ANYWHERE:
            text = pattern.sub(self._replaced, text)
        return ADDRESS.sub(lambda found: self._replaced(found) if is_address(found[0]) else found[0], text)

    def _replaced(self, found: re.Match[str]) -> str:
        made = found[0] in self._chosen.values()  # a mask that stands there already
        return found[0] if made else self.of(found[0])

    def _made(self, original: str) -> str:
        stream = hashlib.shake_256(self._key + original.encode("utf-8", "replace")).digest(len(original))
        body = original.lower().removeprefix("0x")
        letters = 6 if all(char in HEXADECIMAL for char in body) else 26
        made = "".join(_like(char, byte, letters) for char, byte in zip(original, stream, strict=True))
        return original[:2] + made[2:] if original[:2].lower() == "0x" else made


def _like(char: str, byte: int, letters: int) -> str:
    """A character of the same kind; a zero stays, as what is all zeros is no identifier."""
    if char in "0123456789":
        return char if char == "0" else str(byte % 9 + 1)
    if not char.isalpha():
        return char
    if not char.isascii():
        return "ü"
    made = chr(ord("a") + byte % letters)
    return made.upper() if char.isupper() else made


def is_address(text: str) -> bool:
    """Whether this is an IP address."""
    with suppress(ValueError):
        ipaddress.ip_address(text)
        return True
    return False
