"""The steps that make the cluster where there is none, or only the empty one of the package."""

from __future__ import annotations

from collections.abc import Iterator

from deploys.postgres.cluster import Cluster
from deploys.postgres.paths import Paths
from rigwright.desired import Step
from rigwright.desired.program import shell


def steps(cluster: Cluster, paths: Paths) -> Iterator[Step]:
    """What makes the cluster; one that holds anything is left as it is."""
    folders = {"programs": paths.programs, "data": paths.data, "configuration": paths.configuration}
    if cluster.name != "main" or cluster.data_directory:
        named = {"version": str(paths.version), "name": paths.name, "port": str(paths.port)}
        yield Step(
            f"cluster {paths.version}/{paths.name} in {paths.data}",
            only_if=_program("new_cluster_needed", {**folders, "unit": paths.unit}),
            command=_program("new_cluster", {**folders, **named}),
        )
    if cluster.checksums and cluster.encoding == "UTF8":
        yield Step(
            "cluster in UTF-8 with checksums",
            only_if=_program(
                "cluster_needed", {"programs": paths.programs, "data": paths.data, "unit": paths.unit}
            ),
            command=_program("cluster", folders),
        )


def _program(name: str, variables: dict[str, str]) -> str:
    return shell(f"postgres/programs/{name}.sh", variables=variables)
