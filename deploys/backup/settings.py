"""What can be chosen about the data that must come back."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator
from typing_extensions import Self

from rigwright.settings.base import Many, Settings, Text

Path = Annotated[str, Field(pattern=r"^(/[A-Za-z0-9_.*?@+:,=~-]+)+$")]
"""An absolute path, or a shell pattern of paths."""
Folder = Annotated[str, Field(pattern=r"^(/[A-Za-z0-9_][A-Za-z0-9._-]*)+$")]
FHS_DATA = "/srv"
"""Data that a host serves is there by the Filesystem Hierarchy Standard 3.0, section 3.17."""


class ProtectedFiles(Settings):
    """Files of an application that must come back."""

    name: Text
    """What they are, such as ``"uploads"``."""

    paths: Annotated[Many[Path], Field(min_length=1)]
    """Files and folders, with all below them."""

    exclude: Many[Path] = ()
    """Paths below them that need not come back, such as ``"/srv/media/*.tmp"``."""

    hours: Annotated[int, Field(ge=1, le=8784)] = 24
    """The longest time between two backups of them."""

    at_least_files: Annotated[int, Field(ge=0, le=10_000)] = 1
    """So many are there at least; fewer are a finding, such as on a file system that is not mounted. Files on
    another machine are not counted: 0 for those."""

    @model_validator(mode="after")
    def _exclude_is_below(self) -> Self:
        folders = tuple(f"{path}/" for path in self.paths)
        if outside := [path for path in self.exclude if not path.startswith(folders)]:
            raise ValueError(
                f"exclude: {outside[0]} is below none of paths, so there is nothing to leave out"
            )
        return self


class BackupSettings(Settings):
    """What must come back after a loss, besides what the host's subsystems declare themselves.

    PostgreSQL, Redis, volumes of compose stacks, the registry, certificates, host keys and ``/etc`` are
    declared by their own subsystems.
    """

    files: Many[ProtectedFiles] = ()
    """Files of applications."""

    data_folders: Many[Folder] = (FHS_DATA,)
    """Folders of which each entry is data: drift reports each that nothing declares. Folders of databases and
    volumes of containers are searched without being named here."""

    @model_validator(mode="after")
    def _names_once(self) -> Self:
        names = [one.name for one in self.files]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"files: two are named {', '.join(twice)}: give each a name of its own")
        return self
