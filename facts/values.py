"""What a field of a fact can be: a value, not supported by the device or tool, or an error. Never a guess.

Parsing is total: garbage becomes :class:`Failed`, a field that no tool reports :class:`NotSupported`.
Neither is ever zero. Standard library only: these modules also run on a host, under its own Python.
"""

from __future__ import annotations

import dataclasses
import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias, TypeVar

T = TypeVar("T")
SHOWN_CHARACTERS = 160
FIGURE = re.compile(r"^\s*([-+]?[0-9][0-9.]*(?:[eE][-+]?[0-9]+)?)\s*([A-Za-z%/]*)\s*$")
MAX_COUNT = 2**128
"""NVMe's counters have 128 bits; nothing that a tool prints counts further."""
COLDEST_CELSIUS, HOTTEST_CELSIUS = -60, 150
"""No drive works beyond: another unit, or garbage."""
ABSENT = {
    *("", "n/a", "[n/a]", "[not supported]", "not supported", "not available", "-"),
    *("function not found", "[function not found]", "requested functionality has been deprecated"),
    "[requested functionality has been deprecated]",
}
"""How tools write that a device does not have something; ``nvidia-smi`` of all branches, ``zpool -p``."""


@dataclass(frozen=True)
class NotSupported:
    """The device has no such thing, or the tool does not report it."""


Code: TypeAlias = Literal[
    "lost", "needs_reset", "mismatch", "not_loaded", "not_installed", "no_permission", "timeout", "unreadable"
]
"""Why there is no value.

- ``lost``: the device fell off its bus, or its driver found none.
- ``needs_reset``: the device does not work until it is reset.
- ``mismatch``: the driver in the kernel and its library have different versions.
- ``not_loaded``: the driver is not in the kernel.
- ``not_installed``: the tool or its library is not there.
- ``no_permission``: the user may not read it.
- ``timeout``: the tool did not end in time.
- ``unreadable``: the tool failed otherwise, or printed what is no value.
"""


@dataclass(frozen=True)
class Failed:
    """It should be there and could not be read.

    Attributes:
        reason: One line for people.
        code: The same for programs.
    """

    reason: str
    code: Code = "unreadable"


Value: TypeAlias = T | NotSupported | Failed


def known(value: Value[T]) -> T | None:
    """The value, None where there is none: for comparisons that need one."""
    return None if isinstance(value, (NotSupported, Failed)) else value


def shown(raw: object) -> str:
    """Text of a tool as one short line, which every encoding of Unicode can write."""
    try:
        line = " ".join(str(raw).split())
    except ValueError:  # a number of more digits than Python writes
        line = "a number of thousands of digits"
    line = writable(line)
    return line if len(line) <= SHOWN_CHARACTERS else f"{line[:SHOWN_CHARACTERS]}…"


def writable(words: str) -> str:
    """Text that UTF-8 can write: JSON may hold half of a character."""
    return words.encode("utf-8", "replace").decode()


def unreadable(raw: object) -> Failed:
    """It is no value of this kind."""
    return Failed(f"unreadable: {shown(raw)!r}")


def decoded(raw: bytes | str) -> str:
    """Output of a tool as text, whatever its bytes."""
    return raw.decode("utf-8", "replace") if isinstance(raw, bytes) else raw


def document(raw: bytes | str) -> Value[Mapping[str, object]]:
    """A JSON object."""
    text = decoded(raw)
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return Failed(f"no JSON: {shown(text)!r}" if text.strip() else "no output")
    return found if isinstance(found, dict) else unreadable(found)


def at(found: object, *path: str) -> object:
    """The value at a path of nested JSON objects, None where there is none."""
    for key in path:
        found = found.get(key) if isinstance(found, Mapping) else None
    return found


def text(raw: object) -> Value[str]:
    """A name or a state."""
    if raw is None or (isinstance(raw, str) and raw.strip().lower() in ABSENT):
        return NotSupported()
    return shown(raw) if isinstance(raw, (str, int)) else unreadable(raw)


def figure(raw: object, units: Mapping[str, float] | None = None) -> Value[float]:
    """A number, with its unit where ``units`` names the factors to SI: ``45 C``, ``16x``, ``575.00 W``.

    Tools write 128-bit counters as strings and as floats; both are taken.
    """
    if raw is None or (isinstance(raw, str) and raw.strip().lower() in ABSENT):
        return NotSupported()
    if isinstance(raw, bool) or not isinstance(raw, (int, float, str)):
        return unreadable(raw)
    match = FIGURE.match(raw) if isinstance(raw, str) else None
    if isinstance(raw, str) and not match:
        return unreadable(raw)
    number, unit = (match[1], match[2]) if match else (raw, "")
    factor = 1.0 if not unit else (units or {}).get(unit)
    if factor is None:
        return unreadable(raw)
    try:
        found = float(number) * factor
    except (ValueError, OverflowError):
        return unreadable(raw)
    return found if math.isfinite(found) else unreadable(raw)


def count(raw: object, units: Mapping[str, float] | None = None) -> Value[int]:
    """A whole number that is not negative. Counters beyond 2**53 stay exact where the tool wrote them so."""
    found: Value[float] | int
    if isinstance(raw, int) and not isinstance(raw, bool):
        found = raw
    elif isinstance(raw, str) and raw.strip().isascii() and raw.strip().isdigit():
        try:
            found = int(raw)
        except ValueError:
            return unreadable(raw)
    else:
        found = figure(raw, units)
    if isinstance(found, (NotSupported, Failed)):
        return found
    return int(found) if 0 <= found < MAX_COUNT else unreadable(raw)


def ratio(percent: Value[float]) -> Value[float]:
    """Percent as a ratio of 1."""
    return percent if isinstance(percent, (NotSupported, Failed)) else percent / 100


def celsius(raw: object) -> Value[float]:
    """The temperature of a drive: zero is how one without a sensor answers."""
    found = figure(raw)
    if isinstance(found, (NotSupported, Failed)):
        return found
    if found == 0:
        return NotSupported()
    return found if COLDEST_CELSIUS <= found <= HOTTEST_CELSIUS else unreadable(f"{found:g} °C")


def scaled(found: Value[int], factor: int) -> Value[int]:
    """A whole number in a smaller unit."""
    return found if isinstance(found, (NotSupported, Failed)) else found * factor


def yes(raw: object, true: tuple[str, ...], false: tuple[str, ...]) -> Value[bool]:
    """A word that means yes or no."""
    if raw is None or (isinstance(raw, str) and raw.strip().lower() in ABSENT):
        return NotSupported()
    word = raw.strip().lower() if isinstance(raw, str) else ""
    if word in true or word in false:
        return word in true
    return unreadable(raw)


def plain(found: object) -> object:
    """A fact as JSON takes it; what is no value is distinguished from every value."""
    if isinstance(found, (NotSupported, Failed)):
        return {"not_supported": True} if isinstance(found, NotSupported) else _error(found)
    if dataclasses.is_dataclass(found) and not isinstance(found, type):
        return {field.name: plain(getattr(found, field.name)) for field in dataclasses.fields(found)}
    if isinstance(found, Mapping):
        return {str(name): plain(one) for name, one in found.items()}
    if isinstance(found, (tuple, list)):
        return [plain(one) for one in found]
    if isinstance(found, (str, int, float, bool)) or found is None:
        return found
    return str(found)


def _error(found: Failed) -> dict[str, str]:
    return {"error": found.reason, "code": found.code}
