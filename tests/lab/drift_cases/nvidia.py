"""NVIDIA's driver: nothing, because no lab host has a card; tests/lab/test_nvidia.py has a stand-in."""

from collections.abc import Mapping

CHANGES: Mapping[tuple[str, str], str] = {}
