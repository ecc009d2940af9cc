"""What nvidia-smi prints in the place of a document, by the remedy. Standard library only."""

from __future__ import annotations

import re

from facts.values import Failed, shown

LOST = re.compile(
    r"GPU[ _]is[ _]lost|Unable to determine (?:the )?device handle|No devices were found|fallen off the bus",
    re.IGNORECASE,
)
MISMATCHED = Failed("driver and library have different versions: reboot, or reload the driver", "mismatch")
NOT_LOADED = (
    r"(?:couldn.?t|could not|unable to) communicate with the NVIDIA driver"
    r"|driver[ _](?:(?:is|was)[ _])?not[ _](?:been[ _])?(?:loaded|running)"
    r"|module (?:(?:is|was) )?not loaded"
)
MESSAGES = tuple(
    (re.compile(words, re.IGNORECASE), failed)
    for words, failed in (
        (r"Driver/library version mismatch|(?:NVML/RM|API|LIB_RM)[ _](?:version[ _])?mismatch", MISMATCHED),
        (NOT_LOADED, Failed("the driver is not loaded", "not_loaded")),
        (r"GPU requires (?:a )?reset|RESET_REQUIRED", Failed("a GPU needs a reset", "needs_reset")),
        (
            r"couldn.?t find libnvidia-ml|library[ _]not[ _]found",
            Failed("the driver's library is not installed", "not_installed"),
        ),
        (
            r"Insufficient Permissions|ERROR_NO_PERMISSION",
            Failed("the user may not query the driver", "no_permission"),
        ),
    )
)
"""What nvidia-smi prints in the place of a document: its own words, and those of nvmlErrorString()."""


def complaint(printed: str) -> Failed:
    """What nvidia-smi prints instead of a document, in words that name the remedy."""
    for pattern, failed in MESSAGES:
        if pattern.search(printed):
            return failed
    if LOST.search(printed):
        return Failed(f"a GPU is lost: {shown(printed)}", "lost")
    return Failed(f"no output of nvidia-smi: {shown(printed)!r}" if printed.strip() else "no output")
