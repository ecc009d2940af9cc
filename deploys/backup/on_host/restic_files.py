"""The files of a restic repository, where restic itself does not say what is there."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from deploys.backup.on_host.s3 import Bucket


@dataclass(frozen=True)
class Folder:
    """A repository on a disk."""

    path: Path

    def has(self, name: str) -> bool:
        """Whether it has this file."""
        return (self.path / name).exists()

    def below(self, name: str) -> bool:
        """Whether one of its folders has a file."""
        return any(names for _, _, names in os.walk(self.path / name))

    def clear(self, name: str) -> None:
        """Remove one of its folders."""
        shutil.rmtree(self.path / name, ignore_errors=True)


@dataclass(frozen=True)
class Objects:
    """A repository in a bucket."""

    bucket: Bucket

    def has(self, name: str) -> bool:
        """Whether it has this object."""
        return self.bucket.get(name) is not None

    def below(self, name: str) -> bool:
        """Whether one of its folders has an object."""
        return bool(self.bucket.names(name, limit=1))

    def clear(self, name: str) -> None:
        """Remove the objects of one of its folders."""
        for one in self.bucket.names(name):
            self.bucket.delete(one)
