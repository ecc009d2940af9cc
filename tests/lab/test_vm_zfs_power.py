"""Power that goes in the middle of something, and thousands of snapshots, on the VM with pools."""

from __future__ import annotations

import time

from rigwright.dev.bench import pools
from rigwright.host.textfile_writer import FOLDER
from rigwright.remote.archive import archive
from tests.support.command import rig_json
from tests.support.waiting import wait_until
from tests.support.zfs_vm import ZfsVm

COPY = "rigwright-zfs-replicate.service"
FILM = "/srv/media/film"
# The events daemon starts programs for every snapshot in turn, for minutes on an emulated processor.
UNTIL_HEARD = """
quiet=0
until [ $quiet = 5 ]; do
    sleep 1
    if pgrep -P "$(pidof zed)" >/dev/null; then quiet=0; else quiet=$((quiet + 1)); fi
done"""
LIMIT_SECONDS = 60
"""The unit has ten, and an emulated processor is about ten times slower than a real one."""


def test_power_cut_while_a_change_is_made_loses_nothing_and_the_next_run_heals(zfs_vm: ZfsVm) -> None:
    """PostgreSQL keeps what it promised to have written; the host heals at its next boot or run."""
    zfs_vm.apply()
    zfs_vm.psql("CREATE TABLE promised AS SELECT generate_series(1, 1000) AS one")
    zfs_vm.sh("echo '# by hand' >>/etc/sanoid/sanoid.conf; systemctl stop zfs-zed.service")
    running = zfs_vm.start("apply")
    try:
        # What a transaction keeps while it is not settled.
        wait_until(
            lambda: zfs_vm.sh("ls /var/lib/rigwright/transactions 2>/dev/null || :") != "", seconds=900
        )
        zfs_vm.psql("INSERT INTO promised VALUES (1001)")
        zfs_vm.lose_power()
    finally:
        running.kill()
        running.communicate()
    assert running.returncode != 0
    wait_until(
        lambda: zfs_vm.host.run("systemctl is-active postgresql redis-server", check=False).returncode == 0,
        900,
    )
    assert zfs_vm.psql("SELECT count(*) FROM promised") == "1001"
    zfs_vm.apply()
    code, told = zfs_vm.rig("drift")
    assert code == 0, told
    assert zfs_vm.sh("ls /var/lib/rigwright/transactions") == ""
    zfs_vm.psql("DROP TABLE promised")


def test_power_cut_while_a_copy_is_made_loses_nothing_and_the_next_copy_is_whole(zfs_vm: ZfsVm) -> None:
    zfs_vm.sh(f"head -c 192M /dev/urandom >{FILM} && sync")
    sent = zfs_vm.sh(f"sha256sum <{FILM}")
    # Other tests moved the clock, which a power cut moved back: by its time the newest snapshot was not.
    zfs_vm.sh("date -s '+1 day' >/dev/null && zfs snapshot data/media@whole")
    zfs_vm.sh("! zfs list backup/copies/media 2>/dev/null || zfs destroy -r backup/copies/media")
    zfs_vm.sh("zfs list -H -o name -t bookmark data/media | xargs -r -n 1 zfs destroy")
    zfs_vm.sh(f"systemctl start --no-block {COPY}")
    partial = "zfs get -Hp -o value used backup/copies/media 2>/dev/null || echo 0"
    wait_until(lambda: int(zfs_vm.sh(partial)) > 2**24, seconds=600)
    assert zfs_vm.host.run(f"systemctl is-active {COPY}", check=False).stdout.strip() == "activating"
    zfs_vm.lose_power()
    assert zfs_vm.sh("zpool list -H -o health data backup").split() == ["ONLINE", "ONLINE"]
    assert zfs_vm.sh(f"sha256sum <{FILM}") == sent
    zfs_vm.sh(f"systemctl start {COPY}")
    newest = zfs_vm.snapshots("backup/copies/media")[-1]
    zfs_vm.sh(
        f"zfs send backup/copies/media@{newest} | zfs receive -o mountpoint=/srv/restored data/restored"
    )
    try:
        assert zfs_vm.sh("sha256sum </srv/restored/film") == sent
    finally:
        zfs_vm.sh("zfs destroy -r data/restored")


def test_five_thousand_snapshots_are_counted_in_time_and_do_not_slow_the_look_at_a_host(
    zfs_vm: ZfsVm,
) -> None:
    """With them and without, in the same minutes on the same processor."""
    zfs_vm.host.run(f"mkdir -p {FOLDER} && cat >/run/collect.pyz", archive("rigwright.health.collect"))
    zfs_vm.sh("zfs create -o mountpoint=none data/many")
    try:
        before = looked(zfs_vm)
        zfs_vm.sh(pools.taken("data/many"))
        zfs_vm.sh(UNTIL_HEARD)
        assert zfs_vm.sh("zfs list -H -r -t snapshot -o name data/many | wc -l") == "5000"
        assert looked(zfs_vm) < 2 * before
        zfs_vm.sh(
            f"RUNTIME_DIRECTORY=/run /usr/bin/python3 -I /run/collect.pyz {LIMIT_SECONDS} zfs snapshots"
        )
        told = zfs_vm.sh(f"cat {FOLDER}/rigwright_health.prom")
        assert 'rigwright_zfs_snapshots{dataset="data/many"} 100' in told
    finally:
        zfs_vm.sh("zfs destroy -r data/many")


def looked(zfs_vm: ZfsVm) -> float:
    """Seconds of the quickest of five looks: what else the machine does must not count."""
    times = []
    for _ in range(5):
        started = time.monotonic()
        _, told = rig_json("health", zfs_vm.inventory)
        rows = told["hosts"][0]["checks"]
        assert {row["where"].split()[0] for row in rows if row["area"] == "zfs"} >= {"data", "backup"}, rows
        times.append(time.monotonic() - started)
    return min(times)
