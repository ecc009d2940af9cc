"""What nvidia-smi prints in the place of a document, by the remedy. Standard library only."""

from __future__ import annotations

import re

from facts.values import Failed, shown

LOST = re.compile(r"GPU is lost|Unable to determine the device handle|No devices were found", re.IGNORECASE)
MISMATCHED = Failed("driver and library have different versions: reboot, or reload the driver", "mismatch")
MESSAGES = tuple(
    (re.compile(words, re.IGNORECASE), failed)
    for words, failed in (
        ("Driver/library version mismatch", MISMATCHED),
        (
            "couldn't communicate with the NVIDIA driver|driver (?:is )?not loaded",
            Failed("the driver is not loaded", "not_loaded"),
        ),
        ("GPU requires reset", Failed("a GPU needs a reset", "needs_reset")),
        (
            "couldn't find libnvidia-ml|NVML Shared Library Not Found",
            Failed("the driver's library is not installed", "not_installed"),
        ),
        ("Insufficient Permissions", Failed("the user may not query the driver", "no_permission")),
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
