"""Tuning against pgtune's published formulas, worked out apart from the code, with fractions."""

from __future__ import annotations

import pytest

from deploys.postgres.paths import Paths
from deploys.postgres.server import duration, server_settings, size
from deploys.postgres.settings import PostgresSettings
from deploys.postgres.tuning import Disk, Tuning, Workload
from deploys.postgres.versions import INTRODUCED, REMOVED, known

MIB = 2**20

# Memory in MiB, processors, workload, disk, connections | shared_buffers, effective_cache_size,
# maintenance_work_mem, autovacuum_work_mem, wal_buffers, work_mem in KiB | workers of a query, of autovacuum
MACHINES: list[tuple[int, int, Workload, Disk, int | None, tuple[int | None, ...]]] = [
    (512, 2, "mixed", "ssd", None, (131072, 393216, 32768, None, 3932, 4096, None, None)),
    (1024, 1, "web", "hdd", None, (262144, 786432, 65536, None, 7864, 4096, None, None)),
    (2048, 2, "web", "ssd", None, (524288, 1572864, 131072, None, 16384, 4096, None, None)),
    (4096, 4, "mixed", "ssd", None, (1048576, 3145728, 262144, None, 16384, 5041, 2, None)),
    (8192, 4, "oltp", "ssd", None, (2097152, 6291456, 524288, None, 16384, 6898, 2, None)),
    (16384, 8, "web", "nvme", None, (4194304, 12582912, 1048576, None, 16384, 20164, 4, None)),
    (24576, 12, "dw", "ssd", None, (6291456, 18874368, 3145728, 2097152, 16384, 60494, 6, None)),
    (32768, 16, "mixed", "nvme", None, (8388608, 25165824, 2097152, 2097152, 16384, 36157, 4, 4)),
    (32768, 32, "web", "nvme", None, (8388608, 25165824, 2097152, 2097152, 16384, 36157, 4, 5)),
    (65536, 16, "oltp", "nvme", None, (16777216, 50331648, 4194304, 2097152, 16384, 53092, 4, 4)),
    (98304, 48, "dw", "nvme", None, (25165824, 75497472, 8388608, 2097152, 16384, 142987, 24, 5)),
    (131072, 32, "web", "nvme", None, (33554432, 100663296, 8388608, 2097152, 16384, 144631, 4, 5)),
    (131072, 32, "oltp", "nvme", None, (33554432, 100663296, 8388608, 2097152, 16384, 101067, 4, 5)),
    (262144, 64, "mixed", "hdd", 500, (67108864, 201326592, 8388608, 2097152, 16384, 59493, 4, 5)),
]


@pytest.mark.parametrize("machine", MACHINES, ids=lambda one: f"{one[0]}MiB-{one[1]}-{one[2]}")
def test_a_machine_gets_what_pgtune_gives_it(
    machine: tuple[int, int, Workload, Disk, int | None, tuple[int | None, ...]],
) -> None:
    memory, cpus, workload, disk, connections, expected = machine
    one = Tuning(memory * MIB, cpus, disk, workload, connections)
    *sizes, wal_buffers, work_mem, gather, vacuum = expected
    found = (
        one.shared_buffers_kib,
        one.effective_cache_size_kib,
        one.maintenance_work_mem_kib,
        one.autovacuum_work_mem_kib,
    )
    assert list(found) == sizes
    assert wal_buffers is not None
    assert one.wal_buffers_kib == wal_buffers - wal_buffers % 8  # the server counts it in pages
    assert one.work_mem_kib == work_mem
    assert (one.workers_per_gather if one.worker_processes else None) == gather
    assert one.autovacuum_workers == vacuum


@pytest.mark.parametrize(
    ("disk", "cost", "reads"), [("hdd", "4", 2), ("ssd", "1.1", 200), ("nvme", "1.1", 1000)]
)
def test_a_disk_gets_the_costs_of_pgtune(disk: Disk, cost: str, reads: int) -> None:
    one = Tuning(MIB, 1, disk, "web")
    assert (one.random_page_cost, one.io_concurrency) == (cost, reads)


@pytest.mark.parametrize(
    ("workload", "expected"),
    [
        ("web", (200, 1048576, 4194304, 100, "off")),
        ("oltp", (300, 2097152, 8388608, 100, "off")),
        ("dw", (40, 4194304, 16777216, 500, "on")),
        ("mixed", (100, 1048576, 4194304, 100, "off")),
    ],
)
def test_a_workload_gets_what_pgtune_gives_it(workload: Workload, expected: tuple[int | str, ...]) -> None:
    one = Tuning(1024 * MIB, 4, "ssd", workload)
    found = (one.connections, one.min_wal_size_kib, one.max_wal_size_kib, one.statistics_target, one.jit)
    assert found == expected


def test_work_mem_never_falls_below_four_mebibytes() -> None:
    assert Tuning(4096 * MIB, 4, "ssd", "web", 9999).work_mem_kib == 4096


def test_memory_that_is_no_whole_number_of_pages_is_rounded_down() -> None:
    one = Tuning(1001 * MIB + 1025, 2, "ssd", "web")
    assert one.shared_buffers_kib % 8 == 0
    assert one.shared_buffers_kib <= one.memory_kib / 4 < one.shared_buffers_kib + 8


@pytest.mark.parametrize(
    ("kib", "shown"),
    [(4096, "4MB"), (144631, "144631kB"), (33554432, "32GB"), (1536 * 1024, "1536MB"), (2**30, "1TB")],
)
def test_a_size_reads_as_the_server_shows_it(kib: int, shown: str) -> None:
    assert size(kib) == shown


@pytest.mark.parametrize(
    ("milliseconds", "shown"),
    [
        (1000, "1s"),
        (250, "250ms"),
        (900_000, "15min"),
        (90_000, "90s"),
        (3_600_000, "1h"),
        (86_400_000, "1d"),
    ],
)
def test_a_time_reads_as_the_server_shows_it(milliseconds: int, shown: str) -> None:
    assert duration(milliseconds) == shown


def names(version: int, **more: object) -> set[str]:
    settings = PostgresSettings(**{"memory": 2**37, "cpu_threads": 32, **more})  # type: ignore[arg-type]
    return {one.name for one in server_settings(settings, Paths.of(settings, version))}


def test_a_setting_reaches_only_the_versions_that_know_it() -> None:
    new = {"io_method", "io_workers"}
    assert new <= names(18)
    for version in (14, 15, 16, 17):
        assert not new & names(version)
        assert names(version) == names(18) - new


@pytest.mark.parametrize("version", [14, 15, 16, 17, 18])
def test_no_rendered_setting_is_one_that_the_version_lacks(version: int) -> None:
    for name in names(version):
        assert INTRODUCED.get(name, 14) <= version
        assert name not in REMOVED


def test_the_table_of_versions_has_both_ends() -> None:
    assert [known("io_method", version) for version in (17, 18)] == [False, True]
    assert [known("old_snapshot_threshold", version) for version in (16, 17)] == [True, False]


def test_lz4_is_for_servers_that_compress_the_log_with_it() -> None:
    settings = PostgresSettings()
    chosen = {
        version: {one.name: one.value for one in server_settings(settings, Paths.of(settings, version))}
        for version in (14, 15)
    }
    assert [chosen[version]["wal_compression"] for version in (14, 15)] == ["on", "lz4"]


def test_autovacuum_workers_need_a_restart_until_eighteen() -> None:
    settings = PostgresSettings(cpu_threads=32)
    for version, restart in ((17, True), (18, False)):
        rendered = server_settings(settings, Paths.of(settings, version))
        assert [one.restart for one in rendered if one.name == "autovacuum_max_workers"] == [restart]
