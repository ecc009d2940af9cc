"""What belongs to a subsystem in the host's file system."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

FORBIDDEN_IN_PATHS = frozenset("\n\t\0")


def unrepresentable(path: str) -> bool:
    """Whether a transaction's tables cannot hold this path: it has a separator in it, or is not UTF-8."""
    return bool(FORBIDDEN_IN_PATHS & set(path)) or any("\ud800" <= char <= "\udfff" for char in path)


def _check_path(path: str) -> None:
    parts = path.split("/")
    if parts[0] or {".", ".."} & set(parts) or "" in parts[1:] or unrepresentable(path):
        raise ValueError(f"{path!r} is not a normalised absolute path")


@dataclass(frozen=True)
class File:
    """A regular file whose whole content the subsystem owns.

    Attributes:
        path: Absolute path on the host.
        content: Its bytes.
        mode: Permission bits.
        owner: User name.
        group: Group name.
        secret: The content is never shown, and the host keeps only a keyed hash of it.
            Such a file may be readable by its owner and group, never by the world.
    """

    path: str
    content: bytes = field(repr=False)
    mode: int = 0o644
    owner: str = "root"
    group: str = "root"
    secret: bool = False

    def __post_init__(self) -> None:
        _check_path(self.path)
        if self.secret and self.mode & 0o007:
            raise ValueError(
                f"{self.path} is secret and its mode {self.mode:04o} lets everyone read or write it"
            )

    @property
    def sha256(self) -> str | None:
        """What the content is compared with; None where only the host can compare it."""
        return hashlib.sha256(self.content).hexdigest()

    @property
    def shown(self) -> bool:
        """Whether a difference in its content may be shown."""
        return not self.secret


@dataclass(frozen=True)
class Link:
    """A symbolic link."""

    path: str
    target: str

    def __post_init__(self) -> None:
        _check_path(self.path)


@dataclass(frozen=True)
class Directory:
    """A directory with its mode and owner.

    Attributes:
        owned: Every file directly in it that no subsystem declares is unmanaged:
            drift reports it, and apply removes it after the host was adopted.
    """

    path: str
    mode: int = 0o755
    owner: str = "root"
    group: str = "root"
    owned: bool = False

    def __post_init__(self) -> None:
        _check_path(self.path)


@dataclass(frozen=True)
class Absent:
    """A path that must not exist, such as a sample that a package leaves.

    Attributes:
        package_target: The link target that the package's own script sets.
            A link that still has it was set by no operator, and is removed without ``--adopt``.
    """

    path: str
    package_target: str | None = None

    def __post_init__(self) -> None:
        _check_path(self.path)
