"""Ubuntu's archive key, for machines whose own apt does not have it."""

from __future__ import annotations

import gzip
import re
import urllib.error
import urllib.request
from pathlib import Path

from rigwright.errors import RigError
from rigwright.lab import machine
from rigwright.lab.recipe import UBUNTU_KEY, UBUNTU_KEYRING

ARCHIVE = "http://archive.ubuntu.com/ubuntu"
SECONDS = 30


def ubuntu(folder: Path) -> Path:
    """A keyring that holds Ubuntu's archive key and no other, written into the folder.

    The key comes from the machine's ubuntu-keyring, else from that package in Ubuntu's archive, which is
    trusted with nothing: only the key with the pinned fingerprint is taken out.

    Raises:
        RigError: The archive does not answer, or the key is not in its package.
    """
    installed = Path(UBUNTU_KEYRING)
    ring = installed if installed.is_file() else _from_archive(folder)
    only = folder / "ubuntu.gpg"
    home = folder / "gnupg"
    home.mkdir(mode=0o700)
    gpg = (
        "gpg",
        "--batch",
        "--quiet",
        "--homedir",
        str(home),
        "--no-default-keyring",
        "--keyring",
        str(ring),
    )
    machine.call(*gpg, "--output", str(only), "--export", UBUNTU_KEY)
    if not only.is_file():
        raise RigError(f"{ring} does not hold Ubuntu's archive key {UBUNTU_KEY}")
    return only


def _fetch(path: str) -> bytes:
    try:
        with urllib.request.urlopen(f"{ARCHIVE}/{path}", timeout=SECONDS) as answer:  # noqa: S310  the scheme is ARCHIVE's
            data: bytes = answer.read()
    except (urllib.error.URLError, OSError) as error:
        raise RigError(
            f"Ubuntu's archive cannot be reached from this machine: {ARCHIVE}/{path}: {error}",
            next_step="use --os debian13, or let this machine reach archive.ubuntu.com",
        ) from error
    return data


def _from_archive(folder: Path) -> Path:
    index = gzip.decompress(_fetch("dists/noble/main/binary-amd64/Packages.gz")).decode()
    found = re.search(r"^Package: ubuntu-keyring\n(?:\S.*\n| .*\n)*?Filename: (\S+)$", index, re.MULTILINE)
    if not found:
        raise RigError("Ubuntu's archive has no package ubuntu-keyring")
    package = folder / "ubuntu-keyring.deb"
    package.write_bytes(_fetch(found[1]))
    unpacked = folder / "ubuntu-keyring"
    machine.call("dpkg-deb", "--extract", str(package), str(unpacked))
    return unpacked / UBUNTU_KEYRING.lstrip("/")
