"""Cases of the rules about hardware, by the names of its metrics without ``rigwright_``."""

from __future__ import annotations

from tests.alerts import case
from tests.alerts.case import Case, Measured, Samples

CARD = {"gpu": "0000:01:00.0"}
DRIVE = {"device": "nvme0"}
DISK = {"device": "sda"}
TANK = {"pool": "tank"}
DAY = 86400


def ours(samples: Samples) -> Samples:
    """By the metrics' whole names."""
    return {f"rigwright_{name}": value for name, value in samples.items()}


def exposed(labels: dict[str, str], /, **samples: float | str) -> Measured:
    """The samples of one thing, as the collector exposes them."""
    return case.measured(labels, ours(samples))


def pair(
    alert: str,
    labels: dict[str, str],
    fires: Samples,
    quiet: Samples,
    words: tuple[str, str],
    *,
    at: str = "30m",
) -> tuple[Case, Case]:
    """A case that fires and one that does not, of samples of the same thing."""
    return case.pair(alert, labels, ours(fires), ours(quiet), words, at=at)
