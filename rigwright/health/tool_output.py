"""The outputs of a host's tools, out of what ``rigwright/host/health.py`` sends; total on every garbage."""

from __future__ import annotations

from collections.abc import Mapping

from facts.tool_output import ToolOutput
from facts.values import at


def tool_output(seen: Mapping[str, object], name: str) -> ToolOutput:
    """The output of this name."""
    outputs = at(seen, "outputs")
    found = outputs.get(name) if isinstance(outputs, Mapping) else None
    if not isinstance(found, Mapping):
        return ToolOutput()
    code = found.get("code")
    if found.get("missing") is True:
        return ToolOutput(queried=True, missing=True)
    if error := found.get("error"):
        return ToolOutput(queried=True, error=str(error), timed_out=found.get("timed_out") is True)
    if not isinstance(code, int):
        return ToolOutput(queried=True, error="the host's output cannot be read")
    out, err = (str(found.get(stream) or "") for stream in ("out", "err"))
    return ToolOutput(queried=True, code=code, out=out, err=err)
