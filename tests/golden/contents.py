"""What a golden file shows of a subsystem: its files and commands, without secrets, programs and digests."""

from __future__ import annotations

import io
import re
import shlex
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain

from pydantic import BaseModel

from deploys.rig import Rig
from deploys.zfs.runtime_state import LOOK
from rigwright.desired import Desired, File, RuntimeState
from rigwright.secrets.value import Secret

HOST_PROGRAMS: Mapping[str, str] = {shlex.quote(LOOK): "deploys/zfs/query.py"}
"""Where the programs stand that travel in a command, by their texts as the command holds them."""

_DIGEST = re.compile(rb"(?<![0-9a-f])[0-9a-f]{12,64}(?![0-9a-f])")


def contents(desired: Desired, whole: Rig) -> dict[str, bytes]:
    """Every file and command of one subsystem, by path; a change of one of them changes no other.

    Left out are secret files, except those that hold a secret of the settings literally.
    """
    shown = {**files(desired), **_commands(desired), **_secret_files(desired, whole)}
    return _without_digests(shown, desired)


def files(desired: Desired) -> dict[str, bytes]:
    """Every file that is not secret, by its path on the host without the first slash."""
    return {file.path.lstrip("/"): _shown(file) for file in desired.files if not file.secret}


def _shown(file: File) -> bytes:
    """Its content; of an archive of our own modules, which stand in the repository, their names."""
    if not file.path.endswith(".pyz"):
        return file.content
    with zipfile.ZipFile(io.BytesIO(file.content)) as archive:
        return "".join(f"{name}\n" for name in archive.namelist()).encode()


def _secret_files(desired: Desired, whole: Rig) -> dict[str, bytes]:
    """Every secret file that holds a secret of the settings literally, with its name in place of its value.

    What is derived from a secret, such as a hash of a password, is not shown.
    """
    hidden = {secret.reveal_bytes(): repr(secret).encode() for secret in _secrets(whole)}
    found = {}
    for file in desired.files:
        content = file.content
        for value in sorted(hidden, key=len, reverse=True):
            content = content.replace(value, hidden[value])
        if file.secret and content != file.content:
            found[file.path.lstrip("/")] = content
    return found


def _secrets(value: object) -> Iterator[Secret]:
    """Every secret inside settings."""
    if isinstance(value, Secret):
        yield value
    elif isinstance(value, BaseModel):
        for name in type(value).model_fields:
            yield from _secrets(getattr(value, name))
    elif isinstance(value, tuple):
        for item in value:
            yield from _secrets(item)


def _commands(desired: Desired) -> dict[str, bytes]:
    """Every command, as ``commands/<kind>.<name>.sh``."""
    steps = ((step, f"step.{command_name(step.name)}") for step in desired.steps)
    named = chain(
        *(((f"{name}.only_if", step.only_if), (name, step.command)) for step, name in steps),
        ((f"runtime_state.{command_name(one.name)}", _runtime_state(one)) for one in desired.runtime_states),
        ((f"check.{command_name(one.name)}", one.command) for one in desired.checks),
        ((f"probe.{command_name(one.name)}", one.command) for one in desired.probes),
        ((f"drain.{command_name(one.unit)}", one.command) for one in desired.drains),
    )
    return {
        f"commands/{name}.sh": _without_programs(command).encode().rstrip(b"\n") + b"\n"
        for name, command in distinct(named)
    }


def command_name(name: str) -> str:
    """A name that no shell quotes: ``sshd -T`` gives ``sshd_T``."""
    return re.sub(r"[^\w.@-]+-*", "_", name.replace("'", ""), flags=re.ASCII).strip("_")


def distinct(named: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """The same with a number behind each name that is taken, also where a file system ignores case."""
    taken: dict[str, int] = {}
    for name, command in named:
        taken[name.casefold()] = count = taken.get(name.casefold(), 0) + 1
        yield (name if count == 1 else f"{name}.{count}"), command


def _without_programs(command: str) -> str:
    """The command with the name of each program of ours that travels in it, in place of its text."""
    for text, name in HOST_PROGRAMS.items():
        command = command.replace(text, name)
    return command


def _runtime_state(one: RuntimeState) -> str:
    """Its command, what is expected, and its remediation."""
    expected = "".join(f"# {key}: {value}\n" for key, value in one.expected)
    return f"{one.command.strip()}\n{expected}# remediation {one.when}:\n{one.remediation.strip()}"


def _without_digests(shown: Mapping[str, bytes], desired: Desired) -> dict[str, bytes]:
    """The same without digests of files, of one or of all that a service has loaded.

    A digest of a whole configuration stands in a file that the service loads and in the probe that requests
    it from the service. It stays where only one of them has it: then the probe fails on a host.
    """
    masks = {
        file.sha256.encode(): f"<sha256 of {file.path}>".encode() for file in desired.files if file.sha256
    }
    in_files = {found for content in files(desired).values() for found in _DIGEST.findall(content)}
    in_probes = {found for probe in desired.probes for found in _DIGEST.findall(probe.command.encode())}
    masks |= dict.fromkeys(in_files & in_probes, b"<digest of the configuration>")
    return {
        path: _DIGEST.sub(lambda found: masks.get(found[0], found[0]), content)
        for path, content in shown.items()
    }
