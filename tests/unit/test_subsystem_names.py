"""The toolkit names no subsystem: what knows one lies in its folder below ``deploys``."""

from __future__ import annotations

import re
import subprocess

from deploys.rig import subsystems
from rigwright.repository import ROOT

# Words of the field that are names of subsystems too.
PLAIN_WORDS = {
    "backup": "a plain word",
    "base": "a plain word",
    "firewall": "a plain word: the lab's machine has one too",
    "health": "a command and a room of the toolkit",
    "nvidia": "hardware: its driver and its tool",
    "ssh": "the transport",
    "zfs": "hardware: its module, its tools and its device",
}
ALLOWED = {
    ("rigwright/cli/test.py", "nginx"): "an example in its help",
    ("rigwright/dev/subsystem/templates/how-to.md.j2", "nginx"): "the page points at a full example",
    ("rigwright/desired/exporter.py", "prometheus"): "how Debian names the packages of exporters",
    ("rigwright/health/exposition.py", "prometheus"): "the address of the specification of the format",
    ("rigwright/host/containers.py", "docker"): "the engine's files and the labels of compose",
    ("rigwright/host/privileged.py", "docker"): "folders that hold files of containers",
    ("rigwright/host/privileged.py", "prometheus"): "a package that gives its program a capability",
    ("rigwright/host/who.py", "postgres"): "an account to which its package gives a shell",
    ("rigwright/host/textfile_writer.py", "prometheus"): "where Debian's node exporter reads metrics",
    ("rigwright/lab/boot.sh", "docker"): "a path that can lie on no overlay, so that the lab mounts it",
    ("rigwright/lab/disk.py", "docker"): "the folder behind that path",
    ("rigwright/lab/power.py", "docker"): "the folder behind that path",
    ("rigwright/lab/programs/stand_in_image.sh", "docker"): "the engine that the image is made for",
    ("rigwright/secrets/quality.py", "docker"): "a common password",
    ("rigwright/secrets/quality.py", "postgres"): "a common password",
    ("rigwright/secrets/quality.py", "prometheus"): "a common password",
    ("rigwright/secrets/quality.py", "redis"): "a common password",
}


def named(text: str) -> set[str]:
    """The subsystems whose names stand in a text, also as a part of a longer identifier or path."""
    words = {*re.findall(r"[a-z0-9]+", text)}
    return words & ({*subsystems()} - {*PLAIN_WORDS})


def found() -> set[tuple[str, str]]:
    command = ["git", "-C", str(ROOT), "ls-files", "-co", "--exclude-standard", "rigwright"]
    paths = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    return {
        (path, name) for path in paths if (ROOT / path).is_file() for name in named((ROOT / path).read_text())
    }


def test_every_name_is_a_subsystem() -> None:
    assert {*PLAIN_WORDS} | {name for _, name in ALLOWED} <= {*subsystems()}


def test_a_name_is_found_in_code_paths_and_identifiers() -> None:
    text = 'import deploys.redis\nnginx_port = 1\n"/etc/docker/daemon.json"\n"rediscover the base"'
    assert named(text) == {"redis", "nginx", "docker"}


def test_the_toolkit_names_no_subsystem_but_where_a_reason_allows_it() -> None:
    assert found() == {*ALLOWED}
