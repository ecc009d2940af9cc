"""Values in the elements of ``nvidia-smi -q -x``: a number, a word, or an error. Standard library only."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

from facts.parsers.gpu_messages import complaint
from facts.values import Failed, NotSupported, Value, count, figure, shown, text, unreadable, yes

UNITS = {"C": 1.0, "W": 1.0, "mW": 1e-3, "%": 1.0, "x": 1.0, "MiB": 2.0**20, "KiB": 1024.0, "GiB": 2.0**30}
UNITS.update({"s": 1.0, "ms": 1e-3, "us": 1e-6, "ns": 1e-9})
REASONS = ("clocks_event_reasons/clocks_event_reason_", "clocks_throttle_reasons/clocks_throttle_reason_")
PERFORMANCE = re.compile(r"^P(\d{1,2})$")
REPORTED = "nvidia-smi reports"
"""How an error begins that the driver wrote in the place of a value."""
ERRORS = ("unknown error", "err!", "error", "timeout")
"""What stands in the place of a value that the driver could not read, beside the words of NVML's errors."""


def raw_of(node: ET.Element, *paths: str) -> str | None:
    """The first of these elements that has a value."""
    found = [node.findtext(path) for path in paths]
    return next((one for one in found if one and not isinstance(text(one), NotSupported)), None)


def error_of(raw: str | None) -> Failed | None:
    """The error that stands in the place of a value."""
    word = (raw or "").strip()
    bare = word.strip("[].").lower()
    said = complaint(word) if word else None
    if bare in ERRORS or (said and said.code != "unreadable"):
        return Failed(f"{REPORTED} {shown(word)!r}", said.code if said else "unreadable")
    return None


def text_of(node: ET.Element, path: str) -> Value[str]:
    """A name or a state."""
    raw = raw_of(node, path)
    return error_of(raw) or text(raw)


def figure_of(node: ET.Element, *paths: str) -> Value[float]:
    """The first of these elements that has a value, as a number in SI units."""
    raw = raw_of(node, *paths)
    return error_of(raw) or figure(raw, UNITS)


def threshold_of(node: ET.Element, path: str) -> Value[float]:
    """A temperature at which the card does something; zero is how some drivers write that there is none."""
    found = figure_of(node, path)
    return NotSupported() if isinstance(found, float) and found <= 0 else found


def count_of(node: ET.Element, *paths: str) -> Value[int]:
    """The same as a whole number."""
    raw = raw_of(node, *paths)
    return error_of(raw) or count(raw, UNITS)


def yes_of(node: ET.Element, path: str) -> Value[bool]:
    """A word that means yes or no."""
    raw = raw_of(node, path)
    return error_of(raw) or yes(raw, ("yes", "enabled"), ("no", "disabled"))


def any_yes_of(node: ET.Element, *paths: str) -> Value[bool]:
    """Whether one of these elements says yes; an error where none does and one is an error."""
    found = [yes_of(node, path) for path in paths]
    failed = next((one for one in found if isinstance(one, Failed)), None)
    known = [one for one in found if isinstance(one, bool)]
    return any(known) or failed or (False if known else NotSupported())


def reason_of(node: ET.Element, name: str) -> Value[bool]:
    """Whether the card is slowed down for this reason."""
    raw = raw_of(node, *(prefix + name for prefix in REASONS))
    return error_of(raw) or yes(raw, ("active",), ("not active",))


def slowed_of(node: ET.Element, name: str) -> Value[float]:
    """For how long the card was slowed down for this reason, in seconds."""
    return figure_of(node, f"clocks_event_reasons_counters/clocks_event_reasons_counters_{name}")


def performance_of(node: ET.Element, path: str) -> Value[int]:
    """A performance state, 0 for ``P0``."""
    raw = raw_of(node, path)
    match = PERFORMANCE.match(raw.strip()) if raw else None
    if match:
        return int(match[1])
    return error_of(raw) or (NotSupported() if raw is None else unreadable(raw))
