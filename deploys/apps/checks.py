"""What can be chosen about what must be well on a host before a release begins."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from rigwright.settings.base import Many, Port, Settings, Size

Name = Literal["image", "disk", "memory", "slots", "secrets", "certificates", "backup", "alerts", "clock"]


class Checks(Settings):
    """What is checked before a release. One that fails refuses it, with what to do; nothing has changed then.

    ``rig release start --skip CHECK --reason TEXT`` leaves one out once, which the history shows.
    """

    free_disk: Size = 20_000_000_000
    """How much must be free where the engine keeps images and containers, such as ``"20GB"``."""

    certificate_days: Annotated[int, Field(ge=0, le=366)] = 14
    """How many days the web server's certificates must hold from that moment."""

    alertmanager_port: Port = 9093
    """Where this host's Alertmanager, where there is one, says on loopback which alerts fire."""

    without: Many[Name] = ()
    """Checks that are never made for this application, such as ``alerts`` where one often fires."""
