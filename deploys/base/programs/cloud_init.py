"""Whether cloud-init rewrites host names at each boot: ``cloud_init.py show`` or ``cloud_init.py set``.

``show`` prints {"/etc/hosts": "kept" | why not}. ``set`` takes the modules that rewrite ``/etc/hosts`` and
the host's name out of cloud-init's list, in /etc/cloud/cloud.cfg.d/99-rigwright.cfg: a provider's user data
overrides ``manage_etc_hosts`` of every file, and hardly ever a list of modules.
"""

from __future__ import annotations

import glob
import json
import os
import re
import sys

CLOUD, FOLDER = "/etc/cloud/cloud.cfg", "/etc/cloud/cloud.cfg.d"
OWN = f"{FOLDER}/99-rigwright.cfg"
MODULES = ("update_etc_hosts", "update_hostname", "set_hostname")
OFF = ("/etc/cloud/cloud-init.disabled", "/run/cloud-init/disabled")
DATA = ("/var/lib/cloud/instance/cloud-config.txt", "/var/lib/cloud/instance/vendor-cloud-config.txt")
LIST = re.compile(r"^cloud_init_modules:[ \t]*\n((?:[ \t]*(?:#.*)?\n|[ \t]*-.*\n)*)", re.MULTILINE)
MANAGED = re.compile(r"^[ \t]*manage_etc_hosts:[ \t]*[\"']?(\w+)", re.MULTILINE)


def text(path: str) -> str:
    """Content of a file; empty where there is none."""
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return f"{file.read(1048576)}\n"
    except OSError:
        return ""


def files() -> list[str]:
    """cloud-init's files in the order in which they are read: the last decides."""
    return [CLOUD, *sorted(glob.glob(f"{FOLDER}/*.cfg"))]


def modules(paths: list[str]) -> list[str]:
    """The modules that run before the network's services, each with its options."""
    found: list[str] = []
    for path in paths:
        if match := LIST.search(text(path)):
            found = [line.strip()[1:].strip() for line in match[1].splitlines() if line.strip()[:1] == "-"]
    return found


def name_of(module: str) -> str:
    """The name of a module, which may stand with its frequency: ``[ update_hostname, always ]``."""
    return module.strip("[] ").partition(",")[0].strip(" \"'").replace("-", "_")


def manages() -> str:
    """Which file has cloud-init manage /etc/hosts; empty where none does."""
    for path in (*DATA, *reversed(files())):  # user data first, then the last of the files
        if match := MANAGED.search(text(path)):
            return path if match[1].lower() not in ("false", "no", "off") else ""
    return ""


def show() -> str:
    """``kept``, or which file has /etc/hosts rewritten."""
    if not os.path.exists(CLOUD) or any(map(os.path.exists, OFF)):
        return "kept"
    runs = "update_etc_hosts" in map(name_of, modules(files()))
    path = manages() if runs else ""
    return f"rewritten at each boot by cloud-init (manage_etc_hosts in {path})" if path else "kept"


def keep() -> None:
    """Write the list of modules without those that rewrite names."""
    others = [path for path in files() if path != OWN]
    left = [module for module in modules(others) if name_of(module) not in MODULES]
    if not left:
        sys.exit("/etc/cloud/cloud.cfg has no cloud_init_modules: set manage_etc_hosts to false by hand")
    lines = ["# Kept by Rigwright, which sets the names: the list of cloud.cfg without what rewrites them."]
    lines += ["preserve_hostname: true", "cloud_init_modules:", *(f"  - {module}" for module in left)]
    with open(f"{OWN}.new", "w") as file:
        file.write("\n".join(lines) + "\n")
    os.replace(f"{OWN}.new", OWN)


if __name__ == "__main__":
    if sys.argv[1] == "show":
        print(json.dumps({"/etc/hosts": show()}))
    elif show() != "kept":
        keep()
