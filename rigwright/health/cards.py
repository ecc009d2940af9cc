"""GPUs, and their errors in the kernel log."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from typing import Any

from facts.parsers import gpu, xid
from facts.values import Failed, NotSupported, Value
from rigwright.health import devices, thresholds
from rigwright.health.check import Check, Row, Verdict
from rigwright.health.tool_output import tool_output

LOADED_STATES = 2
"""Up to this performance state a card works; above it the link may rest at a lower speed."""
GIBIBYTE = 2**30
NAMED = 3
"""More values than these with the same error are counted, not named."""


def checks(seen: Mapping[str, object]) -> Iterator[Check]:
    """Every card, and the errors of the kernel log."""
    expected = len(devices.addresses(seen))
    if not expected and not tool_output(seen, "gpu").queried:
        yield Check("gpu", "GPU", Verdict.NONE, "none")
        return
    yield from judged_cards(devices.gpus(seen).gpus, expected)
    driver = devices.driver_of(seen)
    if driver.mismatched:
        yield Check("gpu", "driver", Verdict.CRITICAL, f"{driver.words}: what starts now may find no GPU")
    yield judged_xids(devices.xids(seen), devices.now(seen))


def judged_cards(found: Value[tuple[gpu.Gpu, ...]], expected: int) -> Iterator[Check]:
    """Every card that reports, and how many do not of those on the bus."""
    if isinstance(found, (Failed, NotSupported)):
        failed = found if isinstance(found, Failed) else Failed("it reports nothing")
        yield Check("gpu", "GPU", _verdict(failed), failed.reason)
        return
    for card in found:
        yield judged_card(card)
    if devices.missing_cards(found, expected):
        words = f"{len(found)} of {expected} cards on the bus respond"
        yield Check("gpu", "GPU", Verdict.CRITICAL, words)
    if not found and not expected:
        yield Check("gpu", "GPU", Verdict.NONE, "none")


def _verdict(failed: Failed) -> Verdict:
    """Of a card that reports nothing but this error."""
    broken = devices.is_lost(failed) or devices.is_mismatch(failed)
    return Verdict.CRITICAL if broken else Verdict.UNKNOWN


def judged_card(card: gpu.Gpu) -> Check:
    """One card. One that reports nothing is one complaint, and not one for each of its fields."""
    name = card.name if isinstance(card.name, str) else "GPU"
    row = Row("gpu", f"{name.removeprefix('NVIDIA ')} {card.address.lower().removeprefix('0000')}")
    if isinstance(card.uuid, Failed) and devices.is_mismatch(card.uuid):
        row.add(Verdict.CRITICAL, card.uuid.reason)
        return row.check()
    if gone := devices.card_failure(card):
        row.add(_verdict(gone), gone.reason)
        _recovery(row, card)
        return row.check()
    card = _without_errors(row, card)
    _temperature(row, card)
    used, size = card.memory_used_bytes, card.memory_total_bytes
    if isinstance(used, int) and isinstance(size, int):
        row.add(Verdict.OK, f"{used / GIBIBYTE:.1f} of {size / GIBIBYTE:.1f} GiB used")
    if isinstance(card.power_watts, float):
        row.add(Verdict.OK, f"{card.power_watts:.0f} W")
    _slowed(row, card)
    row.is_false(card.hardware_thermal_slowdown, Verdict.CRITICAL, "slowed down by heat")
    row.is_false(card.power_brake, Verdict.CRITICAL, "slowed down by the power supply's brake")
    row.is_false(card.hardware_slowdown, Verdict.CRITICAL, "slowed down by the hardware")
    row.is_false(card.software_thermal_slowdown, Verdict.WARNING, "slowed down by the driver for its heat")
    row.none_of(card.uncorrected_ecc_errors, Verdict.CRITICAL, "uncorrected memory errors")
    before, since = card.lifetime_uncorrected_ecc_errors, card.uncorrected_ecc_errors
    if isinstance(before, int) and before > (since if isinstance(since, int) else 0):
        row.add(Verdict.WARNING, f"{before} uncorrected memory errors in its life")
    row.is_false(card.row_remap_failed, Verdict.CRITICAL, "a memory row could not be replaced")
    row.is_false(card.row_remap_pending, Verdict.WARNING, "a memory row waits for a reset to be replaced")
    _link(row, card)
    _recovery(row, card)
    return row.check()


def _slowed(row: Row, card: gpu.Gpu) -> None:
    """For how long it was slowed down: no fault now, and what a check between two slowdowns does not show."""
    for words, times in (
        ("heat", (card.hardware_thermal_seconds, card.software_thermal_seconds)),
        ("the power supply's brake", (card.power_brake_seconds,)),
    ):
        seconds = max((one for one in times if isinstance(one, float)), default=0.0)
        if seconds >= 1:
            row.add(Verdict.OK, f"{seconds:.0f} s slowed down by {words} so far")


def _without_errors(row: Row, card: gpu.Gpu) -> gpu.Gpu:
    """The card as if it did not have the values that are errors, each of which is reported: it is unknown."""
    failed = {
        field.name: found
        for field in dataclasses.fields(card)
        if isinstance(found := getattr(card, field.name), Failed)
    }
    for reason in dict.fromkeys(one.reason for one in failed.values()):
        names = [name.replace("_", " ") for name, one in failed.items() if one.reason == reason]
        words = ", ".join(names) if len(names) <= NAMED else f"{len(names)} values"
        row.add(Verdict.UNKNOWN, f"{words}: {reason}")
    absent: dict[str, Any] = dict.fromkeys(failed, NotSupported())
    return dataclasses.replace(card, **absent)


def _recovery(row: Row, card: gpu.Gpu) -> None:
    if isinstance(card.recovery_action, str) and card.recovery_action.lower() != "none":
        row.add(Verdict.CRITICAL, f"the driver requires: {card.recovery_action}")


def _temperature(row: Row, card: gpu.Gpu) -> None:
    """By the card's own limits: degrees below its slowdown, else margin, else maximum; else a fixed one."""
    temperature = card.temperature_celsius
    if not isinstance(temperature, float):
        return
    words = f"{temperature:.0f} °C"
    if isinstance(card.temperature_slowdown_celsius, float):
        below = card.temperature_slowdown_celsius - temperature
        row.value(below, thresholds.GPU_BELOW_SLOWDOWN, words)
    elif isinstance(card.temperature_margin_celsius, float):
        row.value(card.temperature_margin_celsius, thresholds.GPU_MARGIN, f"{words}, {{}} of margin")
    elif isinstance(card.temperature_maximum_celsius, float):
        row.value(card.temperature_maximum_celsius - temperature, thresholds.GPU_BELOW_MAXIMUM, words)
    else:
        row.value(temperature, thresholds.GPU_TEMPERATURE, "{}")


def _link(row: Row, card: gpu.Gpu) -> None:
    """A link that lost speed while the card works; at rest a lower speed is normal.

    Fewer lanes than the card's are no fault by themselves: the slot may have no more. Metrics show it where
    the card had more before.
    """
    width, most = card.pcie_width, card.pcie_width_maximum
    if isinstance(width, int) and isinstance(most, int) and width < most:
        row.add(Verdict.OK, f"PCIe x{width} of x{most}")
    works = isinstance(card.performance_state, int) and card.performance_state <= LOADED_STATES
    speed, best = card.pcie_generation, card.pcie_generation_maximum
    if works and isinstance(speed, int) and isinstance(best, int) and speed < best:
        row.add(Verdict.WARNING, f"PCIe generation {speed} of {best} at work")


def judged_xids(errors: Value[tuple[xid.Xid, ...]], now_seconds: float) -> Check:
    """The Xid errors since the machine started, at this time of its clock."""
    if isinstance(errors, (Failed, NotSupported)):
        words = errors.reason if isinstance(errors, Failed) else "no log"
        return Check("gpu", "kernel log", Verdict.UNKNOWN, words)
    row = Row("gpu", "kernel log")
    for one in errors:
        words = f"Xid {one.code} of {one.address}"
        if one.code == xid.RECOVERY:
            words += f": the driver requires: {xid.required(one)}"
        when = one.at_seconds if isinstance(one.at_seconds, float) else now_seconds
        recent = now_seconds - when < thresholds.XID_WARNING_SECONDS
        if one.code in thresholds.XID_CRITICAL or xid.fatal(one):
            row.add(Verdict.CRITICAL, words)
        elif one.code not in thresholds.XID_APPLICATION and recent:
            row.add(Verdict.WARNING, words)
    if row.check().verdict is Verdict.OK:
        row.add(Verdict.OK, "no GPU errors since the machine started")
    return row.check()
