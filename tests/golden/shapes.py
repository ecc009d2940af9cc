"""The shapes that golden files exist for: pure values, no host is asked."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import get_args

from pydantic import BaseModel

from deploys.rig import Rig, is_aggregator, state, subsystems
from inventories.scenarios import defaults, everything
from rigwright.desired import Desired, File, RuntimeState
from rigwright.secrets.value import Secret
from rigwright.settings.platform import Os
from tests.golden.certificates_shape import certificates
from tests.golden.gpu_shape import gpu, gpu_everything
from tests.golden.programs import by_name
from tests.golden.zfs_shape import zfs

FOLDER = Path(__file__).resolve().parent

SHAPES: Mapping[str, Callable[[Os], Rig]] = {
    "defaults": defaults,
    "everything": everything,
    "certificates": certificates,
    "zfs": zfs,
    "gpu": gpu,
    "gpu_everything": gpu_everything,
}

ALL_SYSTEMS: tuple[Os, ...] = get_args(Os)
SYSTEMS: Mapping[str, tuple[Os, ...]] = {
    "defaults": ALL_SYSTEMS,
    "everything": ALL_SYSTEMS,
    "certificates": ("debian13",),
    "zfs": ("debian13", "ubuntu2204"),
    "gpu": ALL_SYSTEMS,
    "gpu_everything": ALL_SYSTEMS,
}


@cache
def rig(shape: str, system: Os) -> Rig:
    """The whole host of this shape."""
    return SHAPES[shape](system)


def wanted(shape: str, system: Os) -> tuple[Desired, ...]:
    """What every subsystem of this shape should be, without the toolkit's own part."""
    return tuple(one for one in rig(shape, system).desired() if one.subsystem != "rigwright")


def nginx(shape: str, system: Os) -> Desired | None:
    """What nginx of this shape should be; None where it has none."""
    return next((one for one in wanted(shape, system) if one.subsystem == "nginx"), None)


def rendered_anew(subsystem: str, shape: str, system: Os) -> Desired | None:
    """What one subsystem of this shape should be by its templates of right now; None where it has none."""
    whole = rig(shape, system)
    settings = whole.settings_of(subsystem)
    if settings is None:
        return None
    more = (
        (tuple(one for one in whole.desired() if not _aggregated(one)),) if is_aggregator(subsystem) else ()
    )
    found: Desired = state(subsystem).desired(settings, whole.platform, *more)
    return found


def _aggregated(one: Desired) -> bool:
    return one.subsystem in subsystems() and is_aggregator(one.subsystem)


def all_texts(shape: str, system: Os) -> dict[str, bytes]:
    """The texts of every subsystem of this shape, below its name."""
    return {
        f"{one.subsystem}/{path}": text
        for one in wanted(shape, system)
        for path, text in {**texts(one), **masked(one, rig(shape, system))}.items()
    }


def masked(desired: Desired, whole: Rig) -> dict[str, bytes]:
    """Every secret file that holds a secret of the settings literally, with its name in place of its value.

    What is derived from a secret, such as a hash of a password, stays unshown.
    """
    hidden = {secret.reveal_bytes(): repr(secret).encode() for secret in secrets(whole)}
    found = {}
    for file in desired.files:
        content = file.content
        for value in sorted(hidden, key=len, reverse=True):
            content = content.replace(value, hidden[value])
        if file.secret and content != file.content:
            found[file.path.lstrip("/")] = content
    return found


def secrets(value: object) -> Iterator[Secret]:
    """Every secret inside settings."""
    if isinstance(value, Secret):
        yield value
    elif isinstance(value, BaseModel):
        for name in type(value).model_fields:
            yield from secrets(getattr(value, name))
    elif isinstance(value, tuple):
        for item in value:
            yield from secrets(item)


def texts(desired: Desired) -> dict[str, bytes]:
    """Every file that is no secret, by path, and every command under ``commands/``."""
    files = {file.path.lstrip("/"): _shown(file) for file in desired.files if not file.secret}
    return {**files, **_commands(desired)}


def _shown(file: File) -> bytes:
    """Its content; of an archive of our own modules, which stand in the repository, their names."""
    if not file.path.endswith(".pyz"):
        return file.content
    with zipfile.ZipFile(io.BytesIO(file.content)) as archive:
        return "".join(f"{name}\n" for name in archive.namelist()).encode()


def _commands(desired: Desired) -> dict[str, bytes]:
    named = [
        *((f"step {step.name}, needed", step.only_if) for step in desired.steps),
        *((f"step {step.name}", step.command) for step in desired.steps),
        *((f"reading {reading.name}", _reading(reading)) for reading in desired.runtime_states),
        *((f"check {check.name}", check.command) for check in desired.checks),
        *((f"probe {probe.name}", probe.command) for probe in desired.probes),
        *((f"drain {drain.unit}", drain.command) for drain in desired.drains),
    ]
    return {
        f"commands/{name.replace('/', '_')}.sh": by_name(command).encode().rstrip(b"\n") + b"\n"
        for name, command in named
    }


def _reading(reading: RuntimeState) -> str:
    """Its command, what is expected, and how it is mended."""
    expected = "".join(f"# {key}: {value}\n" for key, value in reading.expected)
    return f"{reading.command.strip()}\n{expected}# mended {reading.when} by:\n{reading.remediation.strip()}"
