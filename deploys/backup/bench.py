"""Backups and restores against plain pgBackRest and plain restic, and what a backup takes from the server.

The tools write to a repository in memory, so that no disk of the machine is measured.
"""

from __future__ import annotations

import re
import tempfile
from pathlib import Path

from rigwright import lab
from rigwright.dev.bench import clock
from rigwright.dev.bench.ground import Ground
from rigwright.dev.bench.result import Row, Section
from rigwright.errors import RigError
from rigwright.lab import LabHost
from rigwright.lab.record import names

NAME = "bench13-backup"
TOOLS = "/usr/local/lib/rigwright/backup"
MOST = 1.1
SCALE = 70
FILES, FILE_KIB = 2400, 512
RATE, SECONDS = 200, 12
INVENTORY = """\
from deploys.backup.settings import BackupSettings, Local, PostgresBackups, ProtectedFiles, ResticBackups
from deploys.postgres.settings import PostgresSettings
from deploys.rig import Machine, Rig
from inventories.lab import lab as _hosts
from rigwright.secrets.value import Secret

_made_up = Secret("made_up", "x9Kq2LmV7tRz4WbN8pYc3HdF6sGj1QeA")
_rig = Rig(
    machine=Machine(os="debian13"),
    postgres=PostgresSettings(),
    backup=BackupSettings(
        files=[ProtectedFiles(name="bench", paths=["/srv/bench"])],
        repository=Local(path="/mnt/backup/postgresql", mount="/mnt/backup"),
        postgres=PostgresBackups(passphrase=_made_up),
        restic=ResticBackups(
            repository=Local(path="/mnt/backup/files", mount="/mnt/backup"), passphrase=_made_up
        ),
    ),
)
lab = [(name, {**data, "rig": _rig}) for name, data in _hosts if name == "bench13-backup"]
"""
AS_POSTGRES = "cd / && runuser -u postgres --"
BIN = "/usr/lib/postgresql/17/bin"
DISK = """\
mkdir -p /mnt/backup /srv/bench && date >/srv/bench/begun
mount -t tmpfs -o size=9g backup /mnt/backup"""
QUIET = """\
systemctl stop rigwright-backup*.timer rigwright-postgres*.timer
until ! systemctl list-units --state=activating 'rigwright-backup*' | grep -q rigwright; do sleep 0.2; done
"""
FILL = f"""\
cd /
runuser -u postgres -- createdb bench
runuser -u postgres -- {BIN}/pgbench --initialize --quiet --scale={SCALE} bench 2>&1
runuser -u postgres -- psql -X -q -c CHECKPOINT
install -d -m 700 /mnt/backup/plain
install -d -o postgres /run/bench
printf %s x9Kq2LmV7tRz4WbN8pYc3HdF6sGj1QeA >/run/plain && chmod 600 /run/plain
{{0}} init >/dev/null
"""
RESTIC = "restic -q -r /mnt/backup/plain --password-file /run/plain --no-cache"
MORE = f"""\
mkdir /srv/bench/{{turn}} && cd /srv/bench/{{turn}}
for one in $(seq {FILES}); do head -c {FILE_KIB}K /dev/urandom >$one; done
cat * >/dev/null"""
PGBACKREST = f"{AS_POSTGRES} pgbackrest --config=/etc/rigwright/backup/pgbackrest.conf --stanza=main"
WAYS = {
    "full backup of PostgreSQL": (
        "systemctl start rigwright-backup-full",
        f"{PGBACKREST} --type=full backup",
    ),
    "incremental backup": (
        "systemctl start rigwright-backup-incremental",
        f"{PGBACKREST} --type=incr backup",
    ),
    "backup of files": (
        "systemctl start rigwright-backup-files-now@bench",
        f"{RESTIC} backup --host plain /srv/bench",
    ),
    "restore of files": (
        f"{TOOLS}/restore-files bench latest /var/tmp/ours",
        f"{RESTIC} restore latest --target /var/tmp/plain",
    ),
    "restore of PostgreSQL": (
        f'{AS_POSTGRES} {TOOLS}/restore-beside "$(cat /run/moment)"',
        f"{PGBACKREST} --pg1-path=/var/lib/postgresql/plain --type=immediate restore",
    ),
}
MORE_THAN_THE_TOOL = ("restore of PostgreSQL",)
"""It also starts a server, which replays the log to a moment; the plain tool copies files."""
CLEAN = f"""\
rm -rf /var/tmp/ours /var/tmp/plain /var/lib/postgresql/plain
install -d -m 700 -o postgres -g postgres /var/lib/postgresql/plain
{AS_POSTGRES} {TOOLS}/restore-beside stop
{AS_POSTGRES} psql -XqAt -c 'SELECT clock_timestamp()' >/run/moment
{AS_POSTGRES} psql -Xq -c "SELECT pg_logical_emit_message(true, 'bench', 'later')" >/dev/null
{AS_POSTGRES} psql -Xq -c 'SELECT pg_switch_wal()' >/dev/null
sync"""
LOAD = f"""\
cd /run/bench && rm -f pgbench_log.* && {{beside}}
runuser -u postgres -- {BIN}/pgbench --rate={RATE} --time={SECONDS} --client=4 --log bench 2>&1
systemctl stop busy 2>/dev/null; cut -d ' ' -f 3 pgbench_log.*"""
BUSY = "systemd-run -q --collect --unit=busy sh -c 'while :; do systemctl start rigwright-backup-full; done';"

HOW = f"""
A lab host with PostgreSQL of about 1 GB, and {FILES * FILE_KIB // 1024} MiB of new files in each turn.
Rigwright's units take turns with the plain tool's command, with the same configuration and data, and a ratio
compares the times of one turn.
What Rigwright does beside the tool is part of its time: it checks the mount and the mark, counts and
fingerprints files, removes by the policy, and writes down what there is.
A restore of PostgreSQL by Rigwright starts a server too, which replays the log to a moment.
The server's 95th percentile is that of `pgbench` at {RATE} transactions a second, alone and while one full
backup follows the other.
"""


def measure(ground: Ground) -> Section:
    """Each way of both, turn by turn, and the server beside it."""
    try:
        host = _host()
        times = _times(host, ground.runs)
        alone = tuple(_p95(host, "") for _ in range(ground.runs))
        beside = tuple(_p95(host, BUSY) for _ in range(ground.runs))
    finally:
        if NAME in names():
            lab.down(NAME)
    served = (
        Row("95th percentile of a transaction, alone", "ms", alone),
        Row("95th percentile of a transaction, beside full backups", "ms", beside),
    )
    return Section("Backups", HOW, (*rows(times), *served))


def rows(times: dict[str, list[tuple[float, float]]]) -> tuple[Row, ...]:
    """Seconds of both, and their ratio, turn by turn."""
    found: list[Row] = []
    for what, pairs in times.items():
        found.append(Row(f"{what}, by Rigwright", "s", tuple(ours for ours, _ in pairs)))
        found.append(Row(f"{what}, the plain tool", "s", tuple(plain for _, plain in pairs)))
        if what not in MORE_THAN_THE_TOOL:
            ratios = tuple(ours / plain for ours, plain in pairs)
            found.append(Row(f"{what}, against the plain tool", "times", ratios, limit=MOST))
    return tuple(found)


def percentile(milliseconds: list[float]) -> float:
    """The 95th.

    Raises:
        RigError: There are too few.
    """
    if len(milliseconds) < RATE:
        raise RigError(f"pgbench logged {len(milliseconds)} transactions, so it was not measured")
    return sorted(milliseconds)[int(len(milliseconds) * 0.95)]


def _host() -> LabHost:
    if NAME in names():
        lab.down(NAME)
    host = lab.up(NAME, "debian13", durable=True)
    host.run(DISK)
    with tempfile.TemporaryDirectory() as folder:
        inventory = Path(folder, "lab.py")
        inventory.write_text(INVENTORY)
        clock.seconds(clock.pyinfra(NAME, "-y", inventory=str(inventory)))
    host.run(QUIET)
    host.run("systemctl start rigwright-backup-full rigwright-backup-files-now@bench")
    host.run(FILL.format(RESTIC))
    return host


def _times(host: LabHost, turns: int) -> dict[str, list[tuple[float, float]]]:
    times: dict[str, list[tuple[float, float]]] = {what: [] for what in WAYS}
    for turn in range(turns):
        host.run(MORE.format(turn=turn))
        for what, (ours, plain) in WAYS.items():
            host.run(CLEAN)
            # Neither is always the first of its turn.
            order = (ours, plain) if turn % 2 else (plain, ours)
            spent = {command: _seconds(host, command) for command in order}
            times[what].append((spent[ours], spent[plain]))
    return times


def _seconds(host: LabHost, command: str) -> float:
    """As the host itself measures it."""
    timed = f"begun=$(date +%s%N); ( {command} ) >&2; code=$?; echo $(($(date +%s%N) - begun)); exit $code"
    return int(host.run(timed).stdout) / 1e9


def _p95(host: LabHost, beside: str) -> float:
    printed = host.run(LOAD.format(beside=beside)).stdout
    return percentile([int(line) / 1000 for line in printed.splitlines() if re.fullmatch("[0-9]+", line)])
