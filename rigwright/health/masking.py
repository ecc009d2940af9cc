"""A host's response without what identifies it, its disks, its cards, its users and their data.

Each mask has the shape of what it replaces, so that the response is read and judged as before.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from rigwright.health import masking_pools
from rigwright.health.masks import Masks

KEYS = "|".join(
    (
        *("serial_number", "serial", "sn", "logical_unit_id", "eui64", "nguid", "uuid", "guid", "fguid"),
        *("subnqn", "hostname", "hostid", "devid", "pool_guid", "unit_serial_number", "scsi_lu_id"),
    )
)
"""Of ``smartctl``, ``nvme`` and ``zpool``, as JSON."""
TAGS = "serial|uuid|gpu_uuid|process_name|clusterUUID|chassis_serial_number|pdi|gpu_fabric_guid|guid"
"""Of ``nvidia-smi -q -x``."""
FIELDS = (
    re.compile(rf'"(?:{KEYS})"\s*:\s*"([^"\\]+)"', re.IGNORECASE),
    re.compile(rf'"(?:{KEYS}|oui|id)"\s*:\s*(\d{{5,40}})', re.IGNORECASE),
    re.compile(rf"<(?:{TAGS})>\s*([^<]+?)\s*</"),
)
NO_IDENTIFIER = re.compile(
    r"^(n/a|none|unknown|0+|err!|.*\b(lost|reset|error|mismatch|not|permissions?)\b.*)$", re.IGNORECASE
)
"""What tools write in the place of an identifier: it decides the verdict."""
BY_ID = re.compile(r"\b(?:ata|scsi|nvme|usb|wwn|virtio|dm-uuid|md-uuid|sas)-[\w.:+-]*\d[\w.:+-]*")
DATASETS = ("zpool-list", "zpool-created", "snapshots")
DATASET = re.compile(r"(?m)^[^\t\n]+")
UNIT = re.compile(r"(?m)^(\S+?)(\.\w+)(?:( +\S+ +\S+ +\S+) .*)?$")
KNOWN_UNITS = re.compile(r"^(systemd-|zfs|zed|nvidia|ssh|smart|rigwright)")
KERNEL_LOG = ("xid", "drive-log", "kernel")
KERNEL_KEYS = {
    *("MESSAGE", "PRIORITY", "SYSLOG_IDENTIFIER", "_TRANSPORT", "_KERNEL_SUBSYSTEM", "_KERNEL_DEVICE"),
    *("__REALTIME_TIMESTAMP", "_SOURCE_REALTIME_TIMESTAMP"),
    *("__MONOTONIC_TIMESTAMP", "_SOURCE_MONOTONIC_TIMESTAMP"),
}
"""Of an entry of the journal: what happened, and when."""
ENTRY_KEY = re.compile(r'"([A-Z_0-9]+)"\s*:\s*(?:"(?:[^"\\]|\\.)*"|\[[0-9, ]*\]|null)')
PROCESS = re.compile(r"(\bname=)([^,\s\"]+)")
"""Of an Xid's message."""


def masked(seen: Mapping[str, Any], masks: Masks) -> dict[str, Any]:
    """The response with masks.

    Args:
        seen: As ``rigwright/host/health.py`` sends it.
        masks: Those of the recording.
    """
    sent = seen.get("outputs")
    mounts, disks = _rows(seen.get("mounts")), _rows(seen.get("disks"))
    outputs = sent if isinstance(sent, Mapping) else {}
    first = {name: _output(name, one, masks) for name, one in outputs.items() if isinstance(one, Mapping)}
    return {
        **seen,
        "mounts": [{**one, "path": masks.path(str(one.get("path", "")))} for one in mounts],
        "disks": [{key: _words(one, masks) for key, one in row.items()} for row in disks],
        "outputs": {_named(name, masks): _again(one, masks) for name, one in first.items()},
    }


def _rows(listed: object) -> list[Mapping[str, Any]]:
    return [one for one in listed if isinstance(one, Mapping)] if isinstance(listed, list) else []


def _words(value: object, masks: Masks) -> object:
    """A field of a disk: the node of a declared one can hold a serial number."""
    return BY_ID.sub(lambda found: masks.of(found[0]), value) if isinstance(value, str) else value


def _named(name: str, masks: Masks) -> str:
    kind, _, path = name.partition(" ")
    return f"mount {masks.path(path)}" if kind == "mount" else name


def _output(name: str, output: Mapping[str, Any], masks: Masks) -> dict[str, Any]:
    """One output, by what is known of its tool."""
    texts = {key: one for key, one in output.items() if isinstance(one, str)}
    return {**output, **{key: _text(name, one, masks) for key, one in texts.items()}}


def _text(name: str, text: str, masks: Masks) -> str:
    if name in KERNEL_LOG:
        return "\n".join(_entry(line, masks) for line in text.split("\n"))
    if name == "units":
        return UNIT.sub(lambda found: _unit(found, masks), text)
    if name in DATASETS and not text.startswith("{"):
        return DATASET.sub(lambda found: masks.path(found[0]), text)
    if name.startswith("mount "):
        path = name.removeprefix("mount ")
        return text.replace(path, masks.path(path)) if path != "/" else text
    if name in ("zpool-status", *DATASETS):
        text = masking_pools.masked(text, masks)
    for pattern in FIELDS:
        text = pattern.sub(lambda found: _field(found, masks), text)
    return BY_ID.sub(lambda found: masks.of(found[0]), text)


def _field(found: re.Match[str], masks: Masks) -> str:
    """A field with its value masked, unless that says that there is no identifier."""
    if NO_IDENTIFIER.match(found[1]):
        return found[0]
    start, end = found.start(1) - found.start(), found.end(1) - found.start()
    return found[0][:start] + masks.of(found[1]) + found[0][end:]


def _unit(found: re.Match[str], masks: Masks) -> str:
    """A unit's name and its states; its description is anything."""
    return found[0] if KNOWN_UNITS.match(found[1]) else masks.of(found[1]) + found[2] + (found[3] or "")


def _entry(line: str, masks: Masks) -> str:
    """An entry of the journal, with the fields that say what happened and when."""
    if not line.startswith("{"):
        return line
    kept = ", ".join(one[0] for one in ENTRY_KEY.finditer(line) if one[1] in KERNEL_KEYS)
    return PROCESS.sub(lambda found: found[1] + masks.of(found[2]), "{" + kept + "}")


def _again(output: Mapping[str, Any], masks: Masks) -> dict[str, Any]:
    """One output, with what other outputs have shown to be an identifier."""
    return {key: masks.everywhere(one) if isinstance(one, str) else one for key, one in output.items()}
