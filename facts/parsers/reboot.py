"""Whether a machine waits for a reboot, and why. Standard library only.

Debian creates ``/run/reboot-required`` only where a package for that is installed: kernels are compared too.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from facts.values import NotSupported, Value, decoded, shown, text

FLAVOUR = re.compile(r"-([a-z][a-z0-9-]*)$")
IMAGE = re.compile(r"^(?:.*/)?vmlinuz-(\S+)$")
RELEASE = re.compile(r"^[0-9][A-Za-z0-9.+~_-]*$")


@dataclass(frozen=True)
class Reboot:
    """The reasons for a reboot.

    Attributes:
        required: The distribution requires one.
        required_by: Packages that require it, as far as they left their names.
        kernel_running: Release of the running kernel.
        kernel_newest: Newest installed kernel of the same flavour; not supported where none is installed,
            as in a container.
        driver_loaded: Version of the NVIDIA module in the kernel; not supported where none is loaded.
        driver_installed: Version of the module on disk.
    """

    required: bool
    required_by: tuple[str, ...]
    kernel_running: Value[str]
    kernel_newest: Value[str]
    driver_loaded: Value[str]
    driver_installed: Value[str]

    @property
    def kernel_behind(self) -> bool:
        """Whether a newer kernel waits."""
        running, newest = self.kernel_running, self.kernel_newest
        both = isinstance(running, str) and isinstance(newest, str)
        return both and version(str(newest)) > version(str(running))

    @property
    def driver_behind(self) -> bool:
        """Whether the module in the kernel is not the one on disk: new processes then find no GPU."""
        loaded, installed = self.driver_loaded, self.driver_installed
        return isinstance(loaded, str) and isinstance(installed, str) and loaded != installed


def parse(
    *,
    required: bool,
    packages: bytes | str,
    running: bytes | str,
    images: Iterable[str],
    driver_loaded: bytes | str | None = None,
    driver_installed: bytes | str | None = None,
) -> Reboot:
    """The reasons in a host's files.

    Args:
        required: Whether ``/run/reboot-required`` is there.
        packages: ``/run/reboot-required.pkgs``.
        running: ``uname -r``.
        images: Names of ``/boot/vmlinuz-*``.
        driver_loaded: ``/sys/module/nvidia/version``.
        driver_installed: ``modinfo -F version nvidia``.
    """
    release = text(decoded(running))
    matches = (IMAGE.match(name) for name in images)
    installed = [match[1] for match in matches if match and RELEASE.match(match[1])]
    packages_listed = (shown(line) for line in decoded(packages).splitlines() if line.strip())
    own = [one for one in installed if isinstance(release, str) and flavour(one) == flavour(release)]
    return Reboot(
        required=required,
        required_by=tuple(dict.fromkeys(packages_listed)),
        kernel_running=release,
        kernel_newest=max(own, key=version, default=None) or NotSupported(),
        driver_loaded=text(None if driver_loaded is None else decoded(driver_loaded)),
        driver_installed=text(None if driver_installed is None else decoded(driver_installed)),
    )


def flavour(release: str) -> str:
    """``amd64`` of ``6.12.48+deb13-amd64``: kernels of another flavour replace none."""
    match = FLAVOUR.search(release)
    return match[1] if match else ""


def version(release: str) -> list[tuple[int, int, str]]:
    """A key by which releases sort: figures as numbers, so that 6.1.0-9 is older than 6.1.0-10."""
    parts = re.findall(r"\d+|[^\d]+", release)
    return [(1, _number(part), "") if part.isdigit() else (0, 0, part) for part in parts]


def _number(digits: str) -> int:
    return int(digits[:18])
