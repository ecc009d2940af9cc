"""The life that is left of a solid state disk, out of ``smartctl --json -a``. Standard library only.

Attribute numbers mean nothing alone: 202 is the life left for Micron and an error mode for Samsung, 169 is a
life for Silicon Motion and bad blocks for SanDisk. The names here are those of smartmontools' drivedb.h.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from facts.values import Failed, NotSupported, Value, at, count, figure

LEFT_RAW = ("Remaining_Lifetime_Perc",)
"""The raw value is percent left; Silicon Motion's normalised value stays at 100."""
LEFT = (
    "SSD_Life_Left",
    "SSD_Life_Left_Perc",
    "Percent_Lifetime_Remain",
    "Percent_Life_Remaining",
    "Perc_Rated_Life_Remain",
    "PCT_Life_Remaining",
    "Lifetime_Left",
    "Lifetime_Remaining%",
    "DriveLife_Remaining%",
    "Drive_Life_Remaining%",
    "Remaining_Life",
)
"""The normalised value is percent left."""
USED_RAW = (
    "Percent_Lifetime_Used",
    "Perc_Rated_Life_Used",
    "Percent_Life_Used",
    "Drive_Life_Used%",
    "DriveLife_Used%",
)
"""The raw value is percent used; beyond :data:`MOST_USED` it is packed, and the normalised value counts."""
MOST_USED = 255
BY_VENDOR = (
    ("Wear_Leveling_Count", 177, ("samsung", "mz7")),
    ("Media_Wearout_Indicator", 233, ("intel", "solidigm", "ssdsc")),
)
"""Names that smartctl also gives to drives it does not know: they count for these vendors alone.

WD's 230 has the second name too, and counts up.
"""
WHOLE = 100.0

Row = Mapping[str, object]


def life(found: object, rows: Iterable[Row]) -> Value[float]:
    """What is left, of 1, not below 0; not supported where no source is known for this drive.

    What smartctl or the standard calls endurance used counts before any attribute of the vendor's.
    """
    for path in (("endurance_used", "current_percent"), ("scsi_percentage_used_endurance_indicator",)):
        used = figure(at(found, *path))
        if not isinstance(used, NotSupported):
            return _share(used, used=True)
    statistic = _statistic(found)
    if not isinstance(statistic, NotSupported):
        return _share(statistic, used=True)
    return _of_attributes(f"{at(found, 'model_family')} {at(found, 'model_name')}".lower(), list(rows))


def _statistic(found: object) -> Value[float]:
    """Percentage Used Endurance Indicator of ATA's device statistics, ACS-3 9.5.9."""
    pages = at(found, "ata_device_statistics", "pages")
    for page in pages if isinstance(pages, list) else ():
        table = at(page, "table")
        for row in table if isinstance(table, list) else ():
            valid = at(row, "flags", "valid") is not False
            if at(row, "name") == "Percentage Used Endurance Indicator" and valid:
                return figure(at(row, "value"))
    return NotSupported()


def _of_attributes(drive: str, rows: list[Row]) -> Value[float]:
    named = {name: row for row in rows if isinstance(name := row.get("name"), str)}
    for name in LEFT_RAW:
        if name in named:
            raw = count(at(named[name], "raw", "value"))
            return _share(float(raw) if isinstance(raw, int) and raw <= WHOLE else _normalised(named[name]))
    for name in LEFT:
        if name in named:
            return _share(_normalised(named[name]))
    for name in USED_RAW:
        if name in named:
            raw = count(at(named[name], "raw", "value"))
            if isinstance(raw, int) and raw <= MOST_USED:
                return _share(float(raw), used=True)
            return _share(_normalised(named[name]))
    for name, number, vendors in BY_VENDOR:
        row = named.get(name)
        if row and row.get("id") == number and any(vendor in drive for vendor in vendors):
            return _share(_normalised(row))
    return NotSupported()


def _normalised(row: Row) -> Value[float]:
    return figure(row.get("value"))


def _share(percent: Value[float], *, used: bool = False) -> Value[float]:
    """Percent as a ratio of 1; a normalised value beyond 100 is no percentage."""
    if isinstance(percent, (NotSupported, Failed)):
        return percent
    if percent < 0:
        return Failed(f"unreadable: {percent:g} % of its life")
    if used:
        return max(WHOLE - percent, 0.0) / 100
    return percent / 100 if percent <= WHOLE else NotSupported()
