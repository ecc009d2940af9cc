"""What on a host makes releases of an application, and how it is asked."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ReleaseTool:
    """The host's tool for one application.

    Attributes:
        app: The application.
        image: Its repository of images, without a version.
        unit: The transient unit of a release of it: its name is the lock.
        command: The tool, for ``sh -c`` as root. Behind it stand ``release APP DIGEST ID BY``,
            with a JSON object of skipped checks and their reasons behind where there are any;
            ``plan APP DIGEST`` likewise, which prints JSON as ``rigwright/release/plan.py`` has it;
            ``rollback APP NUMBER ID BY``; or ``status``, which prints JSON as
            ``rigwright/release/known.py`` has it; or ``recover`` and the name, after one that was cut off.
    """

    app: str
    image: str
    unit: str
    command: str
