"""From memory, processors and disk to server settings: pure arithmetic, no host is queried.

The formulas are pgtune's (github.com/le0pard/pgtune, MIT, configurationSlice.js as of July 2026).
Sizes are in KiB, as pgtune counts. What PostgreSQL counts in pages of 8 KiB is rounded down to whole pages,
because the server would round it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Disk = Literal["nvme", "ssd", "hdd"]
Workload = Literal["web", "oltp", "dw", "mixed"]

KIB = 1024
MIB = 1024  # in KiB
GIB = 1024 * MIB
PAGE = 8

MAX_CONNECTIONS: Mapping[Workload, int] = {"web": 200, "oltp": 300, "dw": 40, "mixed": 100}
MIN_WAL: Mapping[Workload, int] = {"web": GIB, "oltp": 2 * GIB, "dw": 4 * GIB, "mixed": GIB}
MAX_WAL: Mapping[Workload, int] = {"web": 4 * GIB, "oltp": 8 * GIB, "dw": 16 * GIB, "mixed": 4 * GIB}
IO_CONCURRENCY: Mapping[Disk, int] = {"hdd": 2, "ssd": 200, "nvme": 1000}
RANDOM_PAGE_COST: Mapping[Disk, str] = {"hdd": "4", "ssd": "1.1", "nvme": "1.1"}

MAINTENANCE_CAP = 8 * GIB
AUTOVACUUM_CAP = 2 * GIB
WORK_MEM_FLOOR = 4 * MIB
WAL_BUFFERS_CAP = 16 * MIB
WAL_BUFFERS_NEAR = 14 * MIB
WAL_BUFFERS_FLOOR = 32
PARALLEL_FROM_CPUS = 4
WORKERS_CAP = 4
DEFAULT_WORKER_PROCESSES = 8


@dataclass(frozen=True)
class Tuning:
    """What one server gets.

    Attributes:
        memory_bytes: Main memory given to PostgreSQL, which is less than the machine's.
        cpus: Hardware threads that it may use.
        max_connections: None takes what is usual for the workload.
    """

    memory_bytes: int
    cpus: int
    disk: Disk
    workload: Workload
    max_connections: int | None = None

    @property
    def memory_kib(self) -> int:
        """The memory in KiB."""
        return self.memory_bytes // KIB

    @property
    def connections(self) -> int:
        """``max_connections``."""
        return self.max_connections or MAX_CONNECTIONS[self.workload]

    @property
    def shared_buffers_kib(self) -> int:
        """A quarter of the memory."""
        return _pages(self.memory_kib // 4)

    @property
    def effective_cache_size_kib(self) -> int:
        """Three quarters: what the system's cache and ``shared_buffers`` hold together."""
        return _pages(self.memory_kib * 3 // 4)

    @property
    def maintenance_work_mem_kib(self) -> int:
        """A sixteenth, for a warehouse an eighth, and 8 GiB at most."""
        return min(self.memory_kib // (8 if self.workload == "dw" else 16), MAINTENANCE_CAP)

    @property
    def autovacuum_work_mem_kib(self) -> int | None:
        """2 GiB for each worker where ``maintenance_work_mem`` is more; None: the same as that."""
        return AUTOVACUUM_CAP if self.maintenance_work_mem_kib >= AUTOVACUUM_CAP else None

    @property
    def wal_buffers_kib(self) -> int:
        """3 % of ``shared_buffers``, 16 MiB at most; what is near that becomes that."""
        share = self.shared_buffers_kib * 3 // 100
        if share > WAL_BUFFERS_NEAR:
            return WAL_BUFFERS_CAP
        return max(_pages(share), WAL_BUFFERS_FLOOR)

    @property
    def min_wal_size_kib(self) -> int:
        """What is kept of the log for reuse."""
        return MIN_WAL[self.workload]

    @property
    def max_wal_size_kib(self) -> int:
        """The size of the log that makes a checkpoint."""
        return MAX_WAL[self.workload]

    @property
    def statistics_target(self) -> int:
        """How finely the planner knows the data."""
        return 500 if self.workload == "dw" else 100

    @property
    def random_page_cost(self) -> str:
        """What a random read costs against one in order."""
        return RANDOM_PAGE_COST[self.disk]

    @property
    def io_concurrency(self) -> int:
        """How many reads the disk serves at once."""
        return IO_CONCURRENCY[self.disk]

    @property
    def worker_processes(self) -> int | None:
        """One for each processor from four on; None: the server's default, 8."""
        return self.cpus if self.cpus >= PARALLEL_FROM_CPUS else None

    @property
    def workers_per_gather(self) -> int:
        """Half of the processors, for a warehouse without a cap."""
        half = -(-self.cpus // 2)
        return half if self.workload == "dw" else min(half, WORKERS_CAP)

    @property
    def maintenance_workers(self) -> int:
        """Half of the processors, 4 at most."""
        return min(-(-self.cpus // 2), WORKERS_CAP)

    @property
    def autovacuum_workers(self) -> int | None:
        """More than the default of 3 on many processors only."""
        many, very_many = 16, 32
        return 5 if self.cpus >= very_many else 4 if self.cpus >= many else None

    @property
    def work_mem_kib(self) -> int:
        """What remains, shared by three sorts of every connection and worker; 4 MiB at least."""
        users = self.connections + (self.worker_processes or DEFAULT_WORKER_PROCESSES)
        part = 6 if self.workload in ("dw", "mixed") else 3
        return max((self.memory_kib - self.memory_kib // 4) // (users * part), WORK_MEM_FLOOR)

    @property
    def jit(self) -> str:
        """Compiling queries pays for long ones only."""
        return "on" if self.workload == "dw" else "off"

    @property
    def io_workers(self) -> int:
        """A quarter of the processors, 3 to 32 (PostgreSQL 18)."""
        return min(max(3, self.cpus // 4), 32)


def _pages(kib: int) -> int:
    return kib // PAGE * PAGE
