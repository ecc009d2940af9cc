"""What the tools of hosts printed, kept in a folder for a bug report, and judged from there without a host.

A recording is ``FOLDER/host-1``, ``FOLDER/host-2`` …, one folder for each host. ``survey.json`` in it is the
host's response, in which each output names the files with what the tool wrote: ``NAME.out`` and ``NAME.err``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from rigwright.errors import RigError
from rigwright.health.masking import masked
from rigwright.health.masks import Masks

SURVEY = "survey.json"
STREAMS = ("out", "err")
MAX_BYTES = 64 * 2**20
"""Of one file; a kernel log of one boot and the snapshots of a large pool are below it."""
NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9.]+")


def check(folder: Path) -> None:
    """Refuse a folder before any host is queried.

    Raises:
        RigError: There is something in it, or it cannot be made.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        full = any(folder.iterdir())
    except OSError as error:
        raise _refused(folder, f"cannot be made: {error.strerror}") from error
    if full:
        raise _refused(folder, "has files already")


def _refused(folder: Path, why: str) -> RigError:
    return RigError(f"the folder {why}", file=str(folder), next_step="name a new folder")


def record(folder: Path, responses: Sequence[Mapping[str, Any]], masks: Masks | None = None) -> None:
    """Write the hosts' responses with masks for what identifies them, readable by this user only.

    Args:
        folder: An empty one.
        responses: Of ``rigwright/host/health.py``, one for each host.
        masks: Those to use; new ones by default.

    Raises:
        RigError: It cannot be written.
    """
    chosen = masks or Masks()
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for number, seen in enumerate(responses, 1):
            _record_host(folder / f"host-{number}", masked(seen, chosen))
    except OSError as error:
        raise _refused(folder, f"cannot be written: {error.strerror}") from error


def _record_host(folder: Path, seen: Mapping[str, Any]) -> None:
    folder.mkdir(mode=0o700)
    outputs: dict[str, dict[str, Any]] = {}
    for number, (name, output) in enumerate(seen["outputs"].items(), 1):
        stem = f"{number:02}-{NOT_IN_NAMES.sub('-', name).strip('-')}"
        outputs[name] = dict(output)
        for stream in STREAMS:
            if isinstance(output.get(stream), str) and output[stream]:
                _write(folder / f"{stem}.{stream}", output[stream])
                outputs[name][stream] = {"file": f"{stem}.{stream}"}
    _write(folder / SURVEY, json.dumps({**seen, "outputs": outputs}, indent=1))


def _write(path: Path, text: str) -> None:
    path.touch(mode=0o600)
    path.write_bytes(text.encode("utf-8", "replace"))


def replay(folder: Path) -> tuple[tuple[str, Mapping[str, object]], ...]:
    """The name and the response of each host of a recording, in the order in which they were recorded.

    Raises:
        RigError: There is no recording, or a file of it cannot be read.
    """
    found = sorted(folder.glob(f"*/{SURVEY}"), key=lambda path: (len(path.parent.name), path.parent.name))
    if not found:
        raise RigError(
            f"no recording: no folder in it has a {SURVEY}",
            file=str(folder),
            next_step="make one with `rig health --record FOLDER`",
        )
    return tuple((path.parent.name, _response(path)) for path in found)


def _response(path: Path) -> Mapping[str, object]:
    try:
        seen = json.loads(_read(path))
    except ValueError as error:
        raise _unreadable(path, str(error)) from error
    if not isinstance(seen, dict) or not isinstance(seen.get("outputs"), dict):
        raise _unreadable(path, "it has no `outputs`")
    outputs = {name: dict(_output(path.parent, one)) for name, one in seen["outputs"].items()}
    return {**seen, "outputs": outputs}


def _output(folder: Path, output: object) -> Iterator[tuple[str, object]]:
    for key, value in output.items() if isinstance(output, dict) else ():
        named = value.get("file") if isinstance(value, dict) else None
        if isinstance(named, str):
            yield key, _read(folder / Path(named).name)
        else:
            yield key, value


def _read(path: Path) -> str:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise _unreadable(path, f"it is larger than {MAX_BYTES // 2**20} MiB")
        return path.read_bytes().decode("utf-8", "replace")
    except OSError as error:
        raise _unreadable(path, error.strerror or str(error)) from error


def _unreadable(path: Path, why: str) -> RigError:
    return RigError(f"cannot be read: {why}", file=str(path), next_step="record again, to a new folder")
