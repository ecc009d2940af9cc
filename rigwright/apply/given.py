"""One host on its way to the process that applies it, so that no process builds the rigs of all others.

What was planned is what is applied, also where the inventory is edited during a run of many hosts.
"""

from __future__ import annotations

import io
import pickle
import sys
from functools import cache
from typing import Any

from rigwright.inventory.load import Host
from rigwright.repository import ROOT
from rigwright.secrets.value import Secret

INVENTORY = ROOT / "rigwright" / "apply" / "given_inventory.py"
"""The inventory that pyinfra reads then."""


class _Pickler(pickle.Pickler):
    """Secrets refuse to be pickled; these go through a pipe to a process of the same user alone."""

    def reducer_override(self, value: object) -> Any:
        """How a secret travels; everything else as it says itself."""
        if isinstance(value, Secret):
            return Secret, (value.name, value.reveal_bytes(), value.store)
        return NotImplemented


def packed(host: Host) -> bytes | None:
    """A host as :func:`groups` reads it; None where a part of it cannot travel.

    A class that the inventory defines itself cannot: pyinfra reads the inventory then.
    """
    buffer = io.BytesIO()
    try:
        _Pickler(buffer).dump((host.name, {**host.data, "rig": host.rig}, host.groups))
    except (pickle.PicklingError, AttributeError, TypeError):
        return None
    # What an inventory imports may lie where only its own search path leads.
    return pickle.dumps((sys.path, buffer.getvalue()))


@cache
def groups() -> dict[str, list[tuple[str, dict[str, Any]]]]:
    """The groups of the host that stands on standard input, each with this host alone."""
    paths, content = pickle.load(sys.stdin.buffer)  # noqa: S301  from the process that started this one
    sys.path += [path for path in paths if path not in sys.path]
    name, data, names = pickle.loads(content)  # noqa: S301  from the process that started this one
    return {group: [(name, data)] for group in names}
