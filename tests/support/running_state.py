"""The table of docs/reference/running-state.md, from what subsystems declare."""

from __future__ import annotations

from collections.abc import Iterator

from inventories.scenarios import everything
from rigwright.desired import Desired
from rigwright.observed.loads import Reads, reads

HEAD = ("| Service | Reads | How a reload without systemd is seen |", "|---|---|---|")

SHOWN = 3


def table() -> str:
    """One row for each service of a Debian 13 host that has every setting changed."""
    rows = (row for one in everything("debian13").desired() for row in _rows(one))
    return "\n".join((*HEAD, *sorted(set(rows)))) + "\n"


def _rows(desired: Desired) -> Iterator[str]:
    for unit, spec in reads(desired).items():
        yield f"| `{unit}` | {_read(spec)} | {_seen(spec)} |"


def _read(spec: Reads) -> str:
    paths = (*spec.start, *spec.reload)
    folders = tuple(path for path in paths if path.endswith("/"))
    single = [path for path in paths if not folders or not path.startswith(folders)]
    shown = [f"`{path}`" for path in (*folders, *single[:SHOWN])]
    more = [f"{len(single) - SHOWN} more managed files"] if len(single) > SHOWN else []
    return ", ".join((*shown, *more)) or "unit files only"


def _seen(spec: Reads) -> str:
    if spec.workers:
        return f"start of the processes `{spec.workers}`"
    return "a time that it shows" if spec.loaded_at else "it informs systemd, or reads at start only"
