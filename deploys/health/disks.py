"""Settings of disks that smartctl reaches by a device type of its own."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import Field, field_validator, model_validator
from typing_extensions import Self

from rigwright.settings.base import Settings

NUMBERED = (
    "megaraid",
    "cciss",
    "3ware",
    "areca",
    "aacraid",
    "hpt",
    "sssraid",
    "jmb39x",
    "jmb39x-q",
    "jms56x",
)
"""Types that name a disk behind the device, by one or more numbers."""
PLAIN = (
    *("ata", "scsi", "sat", "nvme", "marvell", "intelliprop"),
    *("usbasm1352r", "usbcypress", "usbjmicron", "usbprolific", "usbsunplus"),
    *("sntasmedia", "sntjmicron", "sntrealtek"),
)
TYPE = re.compile(
    r"([a-z0-9-]+)((?:[,/][A-Za-z0-9]{1,10}){0,4})(?:\+([a-z0-9-]+)((?:[,/][A-Za-z0-9]{1,10}){0,4}))?"
)
KERNEL_NAME = re.compile(r"sd[a-z]+|nvme[0-9]+")


class ControllerDisk(Settings):
    """A disk behind a RAID controller or a bridge, by smartctl's device type."""

    name: Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_.-]{0,31}$")]
    """How reports and metrics name it, such as ``"bay-3"``. A kernel's name such as ``"sda"`` is that of its
    ``device`` only."""

    device: Annotated[str, Field(pattern=r"^/dev/[A-Za-z0-9][A-Za-z0-9/_.:+-]{0,200}$")]
    """The node of the controller's volume or of the bridge, such as ``"/dev/sda"``, ``"/dev/sg2"`` or
    ``"/dev/bus/0"``. A disk that is named here is not queried in any other way."""

    type: Annotated[str, Field(max_length=60)]
    """What ``smartctl --device`` takes, such as ``"megaraid,3"``, ``"cciss,0"``, ``"sat"`` or
    ``"sat+megaraid,3"``; ``smartctl --scan`` lists them."""

    @field_validator("type")
    @classmethod
    def _known(cls, value: str) -> str:
        match = TYPE.fullmatch(value)
        parts = [(match[1], match[2]), *([(match[3], match[4])] if match[3] else [])] if match else []
        for name, numbers in parts:
            if name not in (*NUMBERED, *PLAIN):
                raise ValueError(
                    f"{name!r} is no device type of smartctl: one of {', '.join(NUMBERED + PLAIN)}"
                )
            if name in NUMBERED and not numbers:
                raise ValueError(f"{name!r} needs the number of the disk, such as {name + ',0'!r}")
        if not parts:
            raise ValueError("a device type is a name with numbers, such as 'megaraid,3' or 'sat'")
        return value

    @field_validator("device")
    @classmethod
    def _below_dev(cls, value: str) -> str:
        if ".." in value:
            raise ValueError("a device is a node below /dev, without '..'")
        return value

    @model_validator(mode="after")
    def _named_apart(self) -> Self:
        if KERNEL_NAME.fullmatch(self.name) and self.device != f"/dev/{self.name}":
            raise ValueError(f"name: {self.name} is the kernel's name of another disk; choose one of its own")
        return self

    @property
    def is_nvme(self) -> bool:
        """Whether it is an NVMe drive, behind a bridge or by itself."""
        return self.type.startswith(("nvme", "snt"))
