"""PostgreSQL as packaged, by pgtune's formulas and as tuned here: pgbench on one cluster, by turns."""

from __future__ import annotations

import re
import tempfile
from dataclasses import dataclass
from itertools import product
from pathlib import Path

from rigwright import lab
from rigwright.dev.bench import clock
from rigwright.dev.bench.ground import Ground
from rigwright.dev.bench.result import Row, Section
from rigwright.errors import RigError
from rigwright.lab import LabHost
from rigwright.lab.host import names

NAME = "bench13-pgbench"
INVENTORY = """\
from deploys.postgres.settings import PostgresSettings
from deploys.rig import Machine, Rig
from inventories.lab import lab as _hosts

_rig = Rig(
    machine=Machine(os="debian13"),
    postgres=PostgresSettings(memory="2GiB", cpu_threads=2, disk="ssd", workload="oltp"),
)
lab = [(name, {**data, "rig": _rig}) for name, data in _hosts if name == "bench13-pgbench"]
"""

# github.com/le0pard/pgtune, configurationSlice.js as of July 2026, worked out by hand for
# PostgreSQL 17, Linux, "oltp", 2 GB, 2 CPUs, SSD.
PGTUNE = """\
max_connections = 300
shared_buffers = 512MB               # a quarter
effective_cache_size = 1536MB        # three quarters
maintenance_work_mem = 128MB         # a sixteenth
checkpoint_completion_target = 0.9
wal_buffers = 16MB                   # 3 % of shared_buffers are 15.4 MB, and from 14 MB on it is 16 MB
default_statistics_target = 100
random_page_cost = 1.1
effective_io_concurrency = 200
work_mem = 4MB                       # 1536 MB / ((300 + 8) * 3) are 1702 kB, and 4 MB is the least
huge_pages = off                     # below 2 GB of shared_buffers
min_wal_size = 2GB
max_wal_size = 8GB
jit = off
wal_compression = lz4
"""
PACKAGED, BY_PGTUNE, OURS = "as packaged", "by pgtune", "by Rigwright"
UNWATCHED = "by Rigwright, not watching"
# The port of each server, and what it must say of itself: shared_buffers, max_wal_size, what is preloaded.
WAYS = {
    PACKAGED: (5433, "128MB|1GB|"),
    BY_PGTUNE: (5434, "512MB|8GB|"),
    OURS: (5432, "512MB|8GB|pg_stat_statements"),
    UNWATCHED: (5435, "512MB|8GB|"),
}
WORKLOADS = {"select-only": "--select-only --no-vacuum", "TPC-B-like": ""}
SCALE = 40
SECONDS = 2
WARM_SECONDS = 3
TURNS = 2
LOAD = "--client=8 --jobs=2"
CLIENT = "cd / && runuser -u postgres -- /usr/lib/postgresql/17/bin/"

HOW = f"""
A server on a lab host that is given 2 GiB, 2 processors and an SSD, for many short changes (`oltp`).
`pgbench` runs beside it with 8 clients on the socket, at scale {SCALE}, which is about 600 MB.
Four servers stand ready, each with data of its own: one with the package's configuration, one with what
pgtune's formulas give for the same machine, one with what `rig apply` writes, and one with the same that does
not watch (`pg_stat_statements`, `track_io_timing`), to tell what tuning does from what watching costs.
Each workload runs {SECONDS} seconds on one server while the others wait, and {TURNS} turns count for each run
that was asked for: what else the machine does meets all of them.
A ratio compares the latencies of one turn.
All have as much of the machine's own cache as there is, which makes up for a small `shared_buffers`.
"""

PREPARE = f"""
set -eu
cd /
for cluster in packaged:5433 pgtune:5434 unwatched:5435; do
    pg_createcluster 17 "${{cluster%:*}}" --port "${{cluster#*:}}" --locale C.UTF-8 --encoding UTF8 \\
        -- --data-checksums >/dev/null
done
cat >/etc/postgresql/17/pgtune/conf.d/50-pgtune.conf
cp -p /etc/postgresql/17/main/conf.d/*.conf /etc/postgresql/17/unwatched/conf.d/
sed -i -E '/^(port|shared_preload_libraries|track_io_timing|pg_stat_statements[.].*) =/d' \\
    /etc/postgresql/17/unwatched/conf.d/*.conf
systemctl start postgresql@17-packaged postgresql@17-pgtune postgresql@17-unwatched
for port in 5432 5433 5434 5435; do
    {CLIENT}createdb --port=$port bench
    {CLIENT}pgbench --port=$port --initialize --quiet --scale={SCALE} bench 2>&1
done
"""
ASK = """{client}psql -X -A -t --port={port} -c "SELECT current_setting('shared_buffers'),
    current_setting('max_wal_size'), current_setting('shared_preload_libraries') FROM
    (SELECT count(*) FROM pg_file_settings WHERE error IS NOT NULL HAVING count(*) = 0) AS whole"
"""
RUN = """{client}psql -X -q --port={port} -c CHECKPOINT
{client}pgbench --port={port} --time={seconds} {load} {options} bench
"""


@dataclass(frozen=True)
class Figures:
    """What one run of pgbench says.

    Attributes:
        rate: Transactions in a second, without the time for connecting.
        latency: Mean time of a transaction, in milliseconds.
    """

    rate: float
    latency: float


def read(output: str) -> Figures:
    """The figures of one run.

    Raises:
        RigError: There are none, or some transactions failed.
    """
    rate = re.search(r"^tps = ([0-9.]+) \(without initial connection time\)$", output, re.MULTILINE)
    latency = re.search(r"^latency average = ([0-9.]+) ms$", output, re.MULTILINE)
    failed = re.search(r"^number of failed transactions: ([0-9]+) ", output, re.MULTILINE)
    if not (rate and latency and failed and failed[1] == "0"):
        raise RigError(f"pgbench did not run through:\n{output}")
    return Figures(float(rate[1]), float(latency[1]))


def tuning(ground: Ground) -> Section:
    """Every server under both workloads."""
    runs: dict[str, dict[str, list[Figures]]] = {name: {way: [] for way in WAYS} for name in WORKLOADS}
    try:
        host = _host()
        for turn in range(TURNS * ground.runs):
            for workload in WORKLOADS:
                # No way is always the first of its turn.
                for way in [*WAYS][turn % len(WAYS) :] + [*WAYS][: turn % len(WAYS)]:
                    runs[workload][way].append(_run(host, way, workload, SECONDS))
    finally:
        if NAME in names():
            lab.down(NAME)
    return Section("PostgreSQL's tuning", HOW, rows(runs))


def rows(runs: dict[str, dict[str, list[Figures]]]) -> tuple[Row, ...]:
    """Rates and latencies of each workload, and what ours are against the others', turn by turn."""
    found: list[Row] = []
    for workload, ways in runs.items():
        found += [Row(f"{workload}, {way}", "tps", tuple(one.rate for one in ways[way])) for way in WAYS]
        found += [Row(f"{workload}, {way}", "ms", tuple(one.latency for one in ways[way])) for way in WAYS]
        for way, other in product((OURS, UNWATCHED), (PACKAGED, BY_PGTUNE)):
            pairs = zip(ways[way], ways[other], strict=True)
            ratios = tuple(own.latency / its.latency for own, its in pairs)
            found.append(Row(f"{workload}, latency {way} against {other}", "times", ratios))
    return tuple(found)


def _host() -> LabHost:
    """A fresh host with all servers, filled and warm.

    Raises:
        RigError: One of them runs with another configuration than it should.
    """
    if NAME in names():
        lab.down(NAME)
    host = lab.up(NAME, "debian13", durable=True)
    with tempfile.TemporaryDirectory() as folder:
        inventory = Path(folder, "lab.py")
        inventory.write_text(INVENTORY)
        clock.seconds(clock.pyinfra(NAME, "-y", inventory=str(inventory)))
    host.run(PREPARE, PGTUNE.encode())
    for way, (port, expected) in WAYS.items():
        told = host.run(ASK.format(client=CLIENT, port=port)).stdout.strip()
        if told != expected:
            raise RigError(f"the server {way} runs with {told!r}, not {expected!r}", host=host.name)
        _run(host, way, "select-only", WARM_SECONDS)
    return host


def _run(host: LabHost, way: str, workload: str, seconds: int) -> Figures:
    port, _ = WAYS[way]
    options = WORKLOADS[workload]
    script = RUN.format(client=CLIENT, port=port, seconds=seconds, load=LOAD, options=options)
    return read(host.run(script).stdout)
