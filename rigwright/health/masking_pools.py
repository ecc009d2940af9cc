"""Names of pools, devices and files in ``zpool status``, as JSON and as text."""

from __future__ import annotations

import re

from rigwright.health.masks import Masks

GROUP = re.compile(
    r"^(mirror|raidz\d?|draid\d?\S*|spare|replacing|indirect|logs?|cache|special|dedup|spares)(-\d+)?$"
)
KERNEL_NAME = re.compile(r"^(/dev/)?(sd[a-z]+\d*|nvme\d+n\d+(p\d+)?|vd[a-z]+\d*|loop\d+|dm-\d+)$")
NAME = re.compile(r'"(name)"\s*:\s*"([^"\\]+)"')
PATH = re.compile(r'"(path|was|phys_path|vdev_enc_sysfs_path|filename)"\s*:\s*"([^"\\]+)"')
POOL = re.compile(r"(?m)^(\s*pool: )(.+)$")
ROW = re.compile(r"(?m)^(\t *)(\S.*?)(  +(?:[A-Z]{5,8})\b)")
WAS = re.compile(r"(\bwas )(/\S+)")
FILES = "in the following files:"
FILE_ROW = re.compile(r"(?m)^(\s+)(\S.*)$")


def masked(text: str, masks: Masks) -> str:
    """The same status with masks for what a person named, and for what names a disk."""
    if text.lstrip().startswith("{"):
        return _json(text, masks)
    text, found, files = text.partition(FILES)
    text = POOL.sub(lambda one: one[1] + masks.of(one[2]), text)
    text = ROW.sub(lambda one: one[1] + _name(one[2], masks) + one[3], text)
    text = WAS.sub(lambda one: one[1] + _name(one[2], masks), text)
    return text + found + FILE_ROW.sub(lambda one: one[1] + masks.path(one[2]), files)


def _json(text: str, masks: Masks) -> str:
    names = {name: _name(name, masks) for _, name in NAME.findall(text)}
    text = PATH.sub(lambda one: f'"{one[1]}": "{_name(one[2], masks)}"', text)
    text = NAME.sub(lambda one: f'"{one[1]}": "{names[one[2]]}"', text)
    return re.sub(r'"([^"\\]+)"(\s*:\s*\{)', lambda one: f'"{names.get(one[1], one[1])}"{one[2]}', text)


def _name(name: str, masks: Masks) -> str:
    """A pool's, a device's or a group's name; what the kernel and ZFS name by themselves stays."""
    if GROUP.match(name) or KERNEL_NAME.match(name) or name in ("NAME", "none"):
        return name
    return masks.path(name)
