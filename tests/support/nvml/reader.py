"""Prints what facts and health make of the NVML that this process loads, as JSON on standard output."""

from __future__ import annotations

import dataclasses
import json
import sys

import pynvml

from facts.parsers import gpu_nvml
from facts.values import plain
from rigwright.health.cards import judged_cards


def main() -> None:
    """Facts of all cards, and the verdicts on a host with so many on its bus, at least one."""
    found = gpu_nvml.read(pynvml)
    expected = len(found.gpus) if isinstance(found.gpus, tuple) else 0
    checks = [dataclasses.asdict(check) for check in judged_cards(found.gpus, max(expected, 1))]
    found_and_judged = {"facts": plain(found), "checks": checks}
    json.dump(found_and_judged, sys.stdout, default=lambda verdict: verdict.value)


if __name__ == "__main__":
    main()
