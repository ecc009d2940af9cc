"""Kernel settings of this network namespace: ``sysctl.py show|set KEY=VALUE...``.

``show`` prints {KEY: VALUE}, empty for a key that is unknown. Where ``all`` does not decide for each
interface, those with another value stand behind it. A host without IPv6 has what is wanted of it. ``set``
ends at the first value that the kernel refuses, with exit code 1 and a message.
"""

from __future__ import annotations

import contextlib
import glob
import json
import os
import re
import sys

FOLDER = "/proc/sys"
EACH = re.compile(
    r"(net\.ipv[46]\.conf)\.all\.(accept_redirects|secure_redirects|send_redirects|accept_source_route)"
)
"""Linux takes either, both or the interface's alone (include/linux/inetdevice.h, net/ipv6/addrconf.c)."""


def path_of(key: str) -> str:
    """The file of a key, in which a slash stands for a dot of an interface's name, as sysctl(8) has it."""
    return f"{FOLDER}/{key.translate(str.maketrans('./', '/.'))}"


def read(path: str) -> str:
    """A value in one line; empty where there is none."""
    try:
        with open(path) as file:
            return " ".join(file.read().split())
    except OSError:
        return ""


def interfaces(key: str) -> dict[str, str]:
    """The file of each interface by its name, where ``all`` does not decide for it."""
    match = EACH.fullmatch(key)
    if not match:
        return {}
    found = glob.glob(f"{path_of(match[1])}/*/{match[2]}")
    each = {os.path.basename(os.path.dirname(path)): path for path in found}
    return {name: path for name, path in sorted(each.items()) if name not in ("all", "default")}


def absent(key: str) -> bool:
    """Whether it is one of IPv6, which the kernel was started without."""
    return key.startswith("net.ipv6.") and not os.path.isdir(f"{FOLDER}/net/ipv6")


def value(key: str, wanted: str) -> str:
    """What the kernel has."""
    if absent(key):
        return wanted
    others = {name: found for name, path in interfaces(key).items() if (found := read(path)) != wanted}
    return read(path_of(key)) + "".join(f", {found} on {name}" for name, found in others.items() if found)


def write(key: str, wanted: str) -> None:
    """Give the kernel a value; an interface that went away in between needs none."""
    if absent(key):
        return
    try:
        with open(path_of(key), "w") as file:
            file.write(wanted)
    except OSError as error:
        sys.exit(f"the kernel refuses {key} = {wanted}: {error.strerror}")
    for path in interfaces(key).values():
        with contextlib.suppress(OSError), open(path, "w") as file:
            file.write(wanted)


def main(action: str, *settings: str) -> None:
    """Show or set."""
    pairs = [setting.partition("=")[::2] for setting in settings]
    if action == "show":
        print(json.dumps({key: value(key, wanted) for key, wanted in pairs}))
        return
    for key, wanted in pairs:
        write(key, wanted)


if __name__ == "__main__":
    main(*sys.argv[1:])
