"""The cluster: a new one by the defaults, or one that a host has already."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from deploys.postgres.values import Directory
from rigwright.settings.base import Settings


class Cluster(Settings):
    """How the cluster is named, where its data is, and how it was made.

    A cluster that was there before keeps all of that: describe it here as it is.
    """

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9_][A-Za-z0-9_.-]{0,62}$")] = "main"
    """Its name, as ``pg_lsclusters`` lists it."""

    data_directory: Directory | None = None
    """Where its data is; None: the package's ``/var/lib/postgresql/VERSION/NAME``. A cluster that exists is
    never moved: then this is where it is."""

    checksums: bool = True
    """Its pages have checksums. False is for a cluster that was made without them: PostgreSQL adds them only
    while it is stopped (``pg_checksums --enable``)."""

    encoding: Annotated[str, Field(pattern=r"^[A-Z0-9_]+$")] = "UTF8"
    """The encoding of its template, from its creation on; another one than ``UTF8`` is for a cluster that was
    made with it."""
