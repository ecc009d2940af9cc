"""Uncorrected memory errors of a card, by what its generation counts. Standard library only.

Cards before Turing have ``double_bit``, later ones ``sram_uncorrectable`` and ``dram_uncorrectable``, newer
drivers parts of these; MIG instances count their own.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal
from xml.etree import ElementTree as ET

from facts.parsers.gpu_elements import count_of
from facts.values import Failed, NotSupported, Value

UNCORRECTABLE = "uncorrectable"
PARTS = (
    "device_memory",
    "dram",
    "register_file",
    "l1_cache",
    "l2_cache",
    "texture_memory",
    "texture_shm",
    "cbu",
    "sram",
)
"""What ``double_bit/total`` sums up."""


def uncorrected(node: ET.Element, period: Literal["volatile", "aggregate"]) -> Value[int]:
    """Uncorrected errors since the driver was loaded, or in the card's life.

    Those of MIG instances stand beside the card's own, which may hold them or not: the larger one counts.
    """
    counted = node.find(f"ecc_errors/{period}")
    own = NotSupported() if counted is None else _card(counted)
    instances = node.findall(f"mig_devices/mig_device/ecc_error_count/{period}_count")
    mig = total(_sum(one) for one in instances)
    if isinstance(own, int) and isinstance(mig, int):
        return max(own, mig)
    return total([own, mig])


def _card(counted: ET.Element) -> Value[int]:
    old = count_of(counted, "double_bit/total")
    if isinstance(old, NotSupported):
        old = total(count_of(counted, f"double_bit/{part}") for part in PARTS)
    return total([_sum(counted), old])


def _sum(counted: ET.Element) -> Value[int]:
    tags = [one.tag for one in counted if UNCORRECTABLE in one.tag]
    return total(count_of(counted, tag) for tag in tags)


def total(found: Iterable[Value[int]]) -> Value[int]:
    """The sum of what is reported; where that is nothing, an error of a part; not supported without parts."""
    parts = list(found)
    failed = next((one for one in parts if isinstance(one, Failed)), None)
    numbers = [one for one in parts if isinstance(one, int)]
    return sum(numbers) or failed or (0 if numbers else NotSupported())
