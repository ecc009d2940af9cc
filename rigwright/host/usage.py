"""What the first apply of a subsystem would take over, and who is connected to it.

Runs under the host's own Python (3.10 and newer) with the standard library only, and changes nothing.
"""

from __future__ import annotations

import json
from typing import Any

from rigwright.host.queries import STEP_TIMEOUT_SECONDS, run_query
from rigwright.host.tools import run
from rigwright.host.unmanaged import listening

LOCAL, REMOTE = 2, 3  # columns of ss with a state filter, which leaves the state out


def usage(command: str) -> dict[str, Any]:
    """The JSON object that a usage's command printed, or why there is none."""
    done = run_query(command)
    if done is None:
        return {"found": None, "error": f"no output within {STEP_TIMEOUT_SECONDS} s"}
    if done.returncode:
        last = (done.stderr.decode("utf-8", "replace").strip().splitlines() or ["no message"])[-1]
        return {"found": None, "error": f"exit code {done.returncode}: {last}"}
    try:
        found = json.loads(done.stdout)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        return {"found": None, "error": "it printed no JSON object"}
    return {"found": found, "error": None}


def sockets() -> dict[str, Any]:
    """Every socket that listens, and every established TCP connection of a client.

    A connection counts as a client's where something listens on its own port.
    """
    opened = listening() or []
    ports = {one["port"] for one in opened if one["protocol"] == "tcp"}
    peers = (peer_of(row.split()) for row in run("ss", "-Htn", "state", "established").splitlines())
    return {"listening": opened, "peers": [one for one in peers if one and one["port"] in ports]}


def peer_of(fields: list[str]) -> dict[str, Any] | None:
    """A row of ``ss``, split into its columns; None where it is none."""
    if len(fields) <= REMOTE:
        return None
    address, _, port = fields[LOCAL].rpartition(":")
    peer = fields[REMOTE].rpartition(":")[0]
    return {"address": _plain(address), "port": int(port), "peer": _plain(peer)} if port.isdigit() else None


def _plain(address: str) -> str:
    bare = address.replace("[", "").replace("]", "")
    return bare.removeprefix("::ffff:") if "." in bare else bare
