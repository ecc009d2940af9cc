"""The versions of NVIDIA's driver in the kernel, on disk and in the library. Standard library only."""

from __future__ import annotations

import re
from dataclasses import dataclass

from facts.tool_output import ToolOutput
from facts.values import NotSupported, Value, decoded, shown, text, unreadable

LIBRARY = re.compile(r"/libnvidia-ml\.so\.([0-9]+(?:\.[0-9]+)+)$")


@dataclass(frozen=True)
class Driver:
    """Versions such as ``580.95.05``; what is not there is not supported.

    Attributes:
        loaded: Of the module in the kernel.
        on_disk: Of the module that the next boot loads.
        library: Of the library that programs start with.
    """

    loaded: Value[str]
    on_disk: Value[str]
    library: Value[str]

    @property
    def mismatched(self) -> bool:
        """Whether two of them differ: then what starts now, or after a reboot, finds no GPU."""
        versions = (self.loaded, self.on_disk, self.library)
        return len({one for one in versions if isinstance(one, str)}) > 1

    @property
    def words(self) -> str:
        """All three for a person."""
        places = {"loaded": self.loaded, "on disk": self.on_disk, "in the library": self.library}
        return ", ".join(
            f"{one if isinstance(one, str) else 'none'} {place}" for place, one in places.items()
        )


def parse(*, loaded: bytes | str | None, on_disk: bytes | str | None, library: bytes | str | None) -> Driver:
    """The versions in a host's files; None is what is not there.

    Args:
        loaded: ``/sys/module/nvidia/version``.
        on_disk: ``modinfo -F version nvidia``.
        library: Path of the file that ``libnvidia-ml.so.1`` is, which ends with its version.
    """
    return Driver(_version(loaded), _version(on_disk), _library(library))


def from_outputs(loaded: str | None, on_disk: ToolOutput, library: ToolOutput) -> Driver:
    """The same from the outputs of the commands; one that failed found nothing."""
    return parse(loaded=loaded, on_disk=on_disk.success, library=library.success)


def _version(raw: bytes | str | None) -> Value[str]:
    return text(None if raw is None else decoded(raw))


def _library(raw: bytes | str | None) -> Value[str]:
    path = decoded(raw or "").strip()
    if not path:
        return NotSupported()
    match = LIBRARY.search(path)
    return match[1] if match else unreadable(shown(path))
