"""Files that no package ships, and that installers, cloud images and packages' scripts make in a known way.

Each function takes a path, its content, what dpkg knows, and the accounts that the inventory declares, and
returns whether there is nothing to report. Content is judged and never a name alone: a name is easily taken.
Runs under the host's own Python (3.10 and newer) with the standard library only, and changes nothing.
"""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from rigwright.host.packaged import content, text

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from rigwright.host.packaged import Packages

TEMPLATES = {
    "/etc/profile": "/usr/share/base-files/profile",
    "/root/.bashrc": "/usr/share/base-files/dot.bashrc",
    "/root/.profile": "/usr/share/base-files/dot.profile",
}
SKELETON = "/etc/skel"
RULE = re.compile(r"(?P<who>\S+)\s+ALL\s*=\s*\(\s*ALL(\s*:\s*ALL)?\s*\)\s*(NOPASSWD:\s*)?ALL")
OF_PAM_AUTH_UPDATE = "session [default=N] pam_permit.so"
PROFILE_TYPE = re.compile(r"(Auth|Account|Password|Session)(-Initial)?:")
PAM_CONFIGS = "/usr/share/pam-configs"
LOADER = re.compile(r"\b(LD_[A-Z_]+|BASH_ENV|ENV|PROMPT_COMMAND|PYTHONSTARTUP)\s*=")
SET = re.compile(r'\s*(export\s+)?[A-Z_]+=("[^"$`]*"|[^\s"$`;&|()]*)\s*')
DEVICE_PROGRAM = re.compile(r"\b(RUN|PROGRAM|IMPORT)\s*(\{[a-z]+\})?\s*(\+=|:=|==|=)")
APT_PROGRAM = re.compile(r"(Invoke|::Run|Auto-?Detect|Post-|Pre-Install|/bin/)", re.IGNORECASE)
UNSAFE = re.compile(r"(trusted\s*[=:]\s*yes|allow-(insecure|weak|downgrade)\S*\s*[=:]\s*yes)", re.IGNORECASE)
SIGNED_BY = re.compile(r"signed-by\s*[=:]\s*([^\]\n]*)", re.IGNORECASE)
FINGERPRINT = re.compile(r"[0-9A-Fa-f]{40}!?")
DISTRIBUTION = re.compile(
    r"/etc/apt/sources\.list(\.d/(debian|ubuntu)(-backports|-security|-updates)?\.(list|sources))?"
)
WRITTEN_JOBS = {
    "/etc/cron.d/popularity-contest": "/etc/cron.daily/popularity-contest",
    "/etc/cron.d/debsecan": "/usr/bin/debsecan",
}
"""Files of cron that a package's script writes, with a time that it draws; each runs this program alone."""


def lines(data: bytes) -> Iterator[str]:
    """The lines that are neither empty nor comments, with continued ones joined."""
    for line in os.fsdecode(data).replace("\\\n", " ").splitlines():
        if (stripped := line.strip()) and not stripped.startswith(("#", ";", "//")):
            yield stripped


def sudo_rules(path: str, data: bytes, packages: Packages, operators: Collection[str]) -> bool:
    """Rules for root, for sudo's own groups, or for accounts that the inventory declares; or none at all."""
    if packages.conffiles.get(path):
        return False
    text_of = [line for line in os.fsdecode(data).splitlines() if line.startswith(("#include", "@include"))]
    allowed = {"root", "%sudo", "%admin", *operators}
    rules = [line for line in lines(data) if not line.startswith("Defaults")]
    matches = [RULE.fullmatch(line) for line in rules]
    return not text_of and all(match and match["who"] in allowed for match in matches)


def pam(path: str, data: bytes, packages: Packages, operators: Collection[str]) -> bool:  # noqa: ARG001
    """What ``pam-auth-update`` makes of packages' profiles: every line stands in a profile or a template."""
    name = os.path.basename(path)
    if not name.startswith("common-"):
        return False
    shipped = {OF_PAM_AUTH_UPDATE, *map(_pam_line, text(f"/usr/share/pam/{name}").splitlines())}
    for one in _listed(PAM_CONFIGS):
        if packages.ships(f"{PAM_CONFIGS}/{one}"):
            shipped |= {*_profile(text(f"{PAM_CONFIGS}/{one}"))}
    return all(_pam_line(line) in shipped for line in lines(data))


def _profile(body: str) -> Iterator[str]:
    """The lines of a profile as they stand in a file: behind the header that names their type."""
    kind = ""
    for line in body.splitlines():
        if match := PROFILE_TYPE.match(line):
            kind = match[1].lower()
        elif line[:1].isspace():
            yield _pam_line(f"{kind} {line}")


def _pam_line(line: str) -> str:
    """A line with any number of modules to jump over, and single blanks."""
    return " ".join(re.sub(r"=(\d+|end)\b", "=N", line).lstrip("-").split())


def _listed(folder: str) -> list[str]:
    try:
        return sorted(os.listdir(folder))
    except OSError:
        return []


def modules(path: str, data: bytes, packages: Packages, operators: Collection[str]) -> bool:  # noqa: ARG001
    """Files that name no module to load, and options or bans of modules that run no program."""
    found = [*lines(data)]
    if "/modprobe.d/" in path:
        return not any(line.split()[0] in ("install", "remove") and not _ban(line) for line in found)
    return not found


def _ban(line: str) -> bool:
    """``install NAME /bin/true``: the module is never loaded, and nothing runs in its place."""
    return line.split()[2:] in (["/bin/true"], ["/bin/false"], ["/usr/bin/true"], ["/usr/bin/false"])


def startup(path: str, data: bytes, packages: Packages, operators: Collection[str]) -> bool:  # noqa: ARG001
    """What base-files and skeletons bring, environments without a loader's variable, and empty files."""
    if path == "/etc/environment":
        return not LOADER.search(os.fsdecode(data)) and all(SET.fullmatch(line) for line in lines(data))
    templates = (TEMPLATES.get(path, ""), f"{SKELETON}/{os.path.basename(path)}")
    if any(packages.ships(one) and content(one) == data for one in templates):
        return True
    return not any(True for _ in lines(data))


def udev(path: str, data: bytes, packages: Packages, operators: Collection[str]) -> bool:  # noqa: ARG001
    """Rules that run nothing, such as those that name network cards."""
    return not any(DEVICE_PROGRAM.search(line) for line in lines(data))


def hook(path: str, data: bytes, packages: Packages, operators: Collection[str]) -> bool:  # noqa: ARG001
    """Settings of apt that run no program."""
    return path.startswith("/etc/apt/apt.conf.d/") and not APT_PROGRAM.search("\n".join(lines(data)))


def cron(path: str, data: bytes, packages: Packages, operators: Collection[str]) -> bool:  # noqa: ARG001
    """Files without a job, the counter of at, and a job that its package writes at installation."""
    if os.path.basename(path) in (".SEQ", ".placeholder"):
        return True
    jobs = [line for line in lines(data) if not SET.fullmatch(line)]
    if program := WRITTEN_JOBS.get(path):
        name = re.escape(program)
        ran = re.compile(rf"[\d*/,\s-]+\w+\s+test -x {name} && {name}( --\w+)*")
        return packages.ships(program) and all(ran.fullmatch(job) for job in jobs)
    return not jobs


def apt(path: str, data: bytes, packages: Packages, operators: Collection[str]) -> bool:  # noqa: ARG001
    """The distribution's own sources: whatever the mirror, a key that a package ships verifies them."""
    if not (path.endswith((".list", ".sources")) and "/sources.list" in path):
        return "/preferences" in path and not any(True for _ in lines(data))
    body = "\n".join(lines(data))
    keys = [key for match in SIGNED_BY.findall(body) for key in re.split(r"[,\s]+", match) if key]
    verified = all(packages.ships(key) or FINGERPRINT.fullmatch(key) for key in keys)
    safe = verified and not UNSAFE.search(body) and "BEGIN PGP" not in body
    return safe and (not body or DISTRIBUTION.fullmatch(path) is not None)
