"""Data on ZFS as it is at one moment: a snapshot is mounted on its usual path, for this process alone.

The unit has a mount namespace of its own, so nothing else on the host sees these mounts. A snapshot is held,
so that no policy removes it meanwhile, and removed at the end; what a killed run left is removed by the next.
"""

from __future__ import annotations

import contextlib
import subprocess
import time
from collections.abc import Iterable, Iterator, Sequence

from deploys.backup.on_host.mounts import Mount, mounted
from deploys.backup.on_host.source import SourceError

PREFIX = "rigwright-backup-"
HOLD = "rigwright-backup"
ZFS_SECONDS = 120


def frozen(paths: Sequence[str], mounts: Iterable[Mount], live: Iterable[str]) -> list[Mount]:
    """Whole datasets that hold any of these paths, the outer before the inner; pure.

    One stays live where its snapshot would cover what must be seen as it is: the root, another kind of file
    system below it, and this program's own folders.

    Args:
        paths: Absolute, without links.
        mounts: What is mounted.
        live: Folders that this program writes to.
    """
    every = [*mounts]
    wanted = [one for one in every if any(_holds(one, path, every) for path in paths)]
    chosen = [one for one in wanted if one.kind == "zfs" and one.root == "/" and one.point != "/"]
    seen = [*(one.point for one in wanted if one not in chosen), *live]
    kept = [one for one in chosen if not any(f"{each}/".startswith(f"{one.point}/") for each in seen)]
    return sorted(kept, key=lambda one: one.point)


def _holds(one: Mount, path: str, every: Iterable[Mount]) -> bool:
    """Whether a path is in it, or it is below the path."""
    if one.point.startswith(f"{path}/"):
        return True
    above = [each.point for each in every if f"{path}/".startswith(f"{each.point.rstrip('/')}/")]
    return one.point == max(above, key=len, default="")


@contextlib.contextmanager
def at_one_moment(paths: Sequence[str], live: Iterable[str]) -> Iterator[None]:
    """Within it the datasets of these paths are as they were when it began.

    Raises:
        SourceError: A snapshot could not be taken or mounted.
    """
    datasets = frozen(paths, mounted(), live)
    if not datasets:
        yield
        return
    if shared := next((one for one in datasets if one.spreads), None):
        raise SourceError(
            f"{shared.source} is a dataset, of which a snapshot would be mounted for the whole host: "
            "start the unit of this backup"
        )
    with contextlib.ExitStack() as stack:
        _remove_left(one.source for one in datasets)
        names = [f"{one.source}@{PREFIX}{time.time_ns()}" for one in datasets]
        stack.callback(_remove, names)
        _zfs("snapshot", *names)
        _zfs("hold", HOLD, *names)
        for one, name in zip(datasets, names, strict=True):
            _run("mount", "-i", "-t", "zfs", "-o", "ro", name, one.point)
            stack.callback(_run, "umount", one.point)
        yield


def _remove_left(datasets: Iterable[str]) -> None:
    """What a killed run left; its mounts ended with it."""
    listed = _run("zfs", "list", "-H", "-t", "snapshot", "-o", "name", "-d", "1", *datasets)
    _remove([name for name in listed.splitlines() if name.partition("@")[2].startswith(PREFIX)])


def _remove(names: Iterable[str]) -> None:
    """Let go of snapshots; one that is not there, or is not held, is none to remove."""
    for name in names:
        for words in (("release", HOLD, name), ("destroy", name)):
            with contextlib.suppress(SourceError):
                _zfs(*words)


def _zfs(*words: str) -> None:
    _run("zfs", *words)


def _run(*words: str) -> str:
    command = f"{words[0]} {words[1]}"
    try:
        done = subprocess.run(words, capture_output=True, text=True, timeout=ZFS_SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise SourceError(f"{command}: {error}") from error
    if done.returncode:
        raise SourceError(f"{command}: {' '.join(done.stderr.split())}")
    return done.stdout
