"""Which HAProxy each operating system packages. All of them know what is used here."""

from __future__ import annotations

from collections.abc import Mapping

from rigwright.settings.platform import Os

HAPROXY: Mapping[Os, str] = {
    "debian12": "2.6",
    "debian13": "3.0",
    "ubuntu2204": "2.4",
    "ubuntu2404": "2.8",
}
