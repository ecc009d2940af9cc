"""Pools of real hosts that are easily read wrongly: the value, the verdict and the metric."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from facts import commands
from facts.parsers import zpool
from facts.values import Failed, NotSupported
from rigwright.health import devices, pools, textfile
from rigwright.health.check import Check, Verdict

CASES = Path(__file__).parent / "fixtures" / "cases"
NOW = 1789900000.0
"""Sun Sep 20 10:26:40 2026, some days after what the files report."""
DAY = 86400.0
LIST = "{}\t1000\t500\t500\t1\t50\tONLINE\n"
MADE = NOW - 1042 * DAY


def case(name: str) -> str:
    return (CASES / name).read_text()


def host(status: str, pool: str, made: float = MADE, now: float = NOW) -> dict[str, Any]:
    """A host whose one pool is half full and was made long ago."""
    printed = {
        "zpool-status": status,
        "zpool-list": LIST.format(pool),
        "zpool-created": f"{pool}\t{made:.0f}\n",
        "zed": "active\n",
    }
    outputs = {name: {"code": 0, "out": text, "err": ""} for name, text in printed.items()}
    return {"now_seconds": now, "zfs": True, "outputs": outputs}


def the_pool(seen: dict[str, Any]) -> zpool.Pool:
    found = devices.pools(seen)
    assert isinstance(found, tuple)
    (one,) = found
    return one


def judged(seen: dict[str, Any]) -> Check:
    return next(pools.checks(seen))


def samples(seen: dict[str, Any]) -> dict[str, str]:
    text = textfile.snapshot(seen, frozenset({"zfs"}), {}).text
    return dict(line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#"))


def unreadable(seen: dict[str, Any]) -> list[str]:
    return [name for name in samples(seen) if name.startswith("rigwright_health_field_error")]


def test_a_spare_at_work_is_in_use_and_its_errors_count() -> None:
    seen = host(case("zpool-spare-in-use.txt"), "sparepool")
    found = the_pool(seen)
    assert [(one.name, one.state) for one in found.spares] == [("wwn-0x500000000000000d", "INUSE")]
    assert [(one.name, one.state, one.write_errors, one.checksum_errors) for one in found.devices[:2]] == [
        ("wwn-0x500000000000000a", "FAULTED", 4210, 0),
        ("wwn-0x500000000000000d", "ONLINE", 0, 3),
    ]
    check = judged(seen)
    assert check.verdict is Verdict.CRITICAL
    for words in ("a is FAULTED", "4210 write errors of wwn-0x500000000000000a", "3 checksum errors of wwn-"):
        assert words in check.summary
    assert "unreadable" not in check.summary
    where = 'pool="sparepool",device="wwn-0x500000000000000d"'
    assert samples(seen)[f'rigwright_zpool_device_errors{{{where},kind="checksum"}}'] == "3"
    assert samples(seen)[f"rigwright_zpool_device_online{{{where}}}"] == "1"
    assert unreadable(seen) == []


def test_a_spare_that_fails_at_its_work_does_not_rest() -> None:
    text = case("zpool-spare-in-use.txt").replace("000d  ONLINE       0", "000d  FAULTED      0")
    where = 'pool="sparepool",device="wwn-0x500000000000000d"'
    assert samples(host(text, "sparepool"))[f"rigwright_zpool_device_online{{{where}}}"] == "0"


def test_a_spare_that_is_gone_is_a_warning() -> None:
    seen = host(case("zpool-json-spare-gone.json"), "p1", made=NOW - DAY)
    check = judged(seen)
    assert check.verdict is Verdict.WARNING
    assert check.summary == "the spare /dev/disk/by-id/d-a4 is UNAVAIL"
    online = 'rigwright_zpool_device_online{pool="p1",device="/dev/disk/by-id/d-a%d"}'
    assert [samples(seen)[online % number] for number in (3, 4)] == ["1", "0"]


def test_a_spare_that_is_gone_is_a_warning_as_text_too() -> None:
    text = case("zpool-name-with-space.txt").replace(
        "\n\nerrors", "\n\tspares\n\t  sdc     UNAVAIL   cannot open\n\t  my disk   AVAIL\n\nerrors"
    )
    check = judged(host(text, "Main Pool"))
    assert (check.verdict, check.summary) == (Verdict.WARNING, "the spare sdc is UNAVAIL")


def test_a_pool_whose_name_has_a_blank_is_read() -> None:
    seen = host(case("zpool-name-with-space.txt"), "Main Pool")
    check = judged(seen)
    assert (check.where, check.verdict) == ("Main Pool", Verdict.OK)
    assert check.summary == "ONLINE, 50 % used, last scrub 7 days ago"
    assert samples(seen)['rigwright_zpool_online{pool="Main Pool"}'] == "1"


@pytest.mark.parametrize(
    "name", ["my disk", "disk\u00fc\u00fc", "a ONLINE b", "\u0085x", "x\u2028y", "\ufffd"]
)
def test_a_device_whose_name_has_blanks_or_other_letters_is_read(name: str) -> None:
    """Whose columns stand elsewhere, and whose characters end a line to some."""
    text = case("zpool-name-with-space.txt").replace(
        "    sda     ONLINE       0     0     0", f"    {name}     ONLINE       0     1     2"
    )
    first = the_pool(host(text, "Main Pool")).devices[0]
    assert (first.state, first.write_errors, first.checksum_errors) == ("ONLINE", 1, 2)
    assert first.name.split() == name.split()


def test_a_cancelled_scrub_is_no_word_about_the_one_before() -> None:
    seen = host(case("zpool-scrub-cancelled.txt"), "share")
    check = judged(seen)
    assert (check.verdict, check.summary) == (
        Verdict.UNKNOWN,
        "the last scrub was canceled: when one ended before is not reported by ZFS",
    )
    assert samples(seen)['rigwright_zpool_scrub_unknown{pool="share"}'] == "1"
    assert unreadable(seen) == []


def test_a_scrub_that_was_cancelled_long_ago_is_overdue() -> None:
    seen = host(case("zpool-scrub-cancelled.txt"), "share", now=NOW + 45 * DAY)
    check = judged(seen)
    assert (check.verdict, check.summary) == (
        Verdict.WARNING,
        "the last scrub was canceled: no scrub ended in 46 days",
    )
    assert samples(seen)['rigwright_zpool_scrub_unknown{pool="share"}'] == "0"


def test_a_pool_too_young_for_a_scrub_is_fine_whatever_was_cancelled() -> None:
    seen = host(case("zpool-scrub-cancelled.txt"), "share", made=NOW - 39 * DAY)
    assert judged(seen).verdict is Verdict.OK
    assert samples(seen)['rigwright_zpool_scrub_unknown{pool="share"}'] == "0"


PAUSED = "scrub paused since Sat Sep 19 22:20:02 2026\n\tscrub started on   Fri Sep 18 22:20:02 2026"


@pytest.mark.parametrize(
    ("line", "summary"),
    [
        (PAUSED, "the scrub is paused: when one ended before is not reported by ZFS"),
        (
            "error scrub canceled on Sat Sep 19 22:20:02 2026",
            "the last scrub read only what was wrong before: when one ended before is not reported by ZFS",
        ),
        ("something else", "last scrub: unreadable: 'something else'"),
    ],
)
def test_a_scrub_that_did_not_read_all_is_unknown(line: str, summary: str) -> None:
    text = case("zpool-scrub-cancelled.txt").replace("scrub canceled on Sat Sep 19 22:20:02 2026", line)
    check = judged(host(text, "share"))
    assert (check.verdict, check.summary) == (Verdict.UNKNOWN, summary)


@pytest.mark.parametrize("pause", [1789853000, "Sat Sep 19 22:20:02 2026"])
def test_a_paused_scrub_is_none_that_runs_in_json_either(pause: object) -> None:
    document = json.loads(case("zpool-json-rebuild.json"))
    scan = document["pools"]["p4"]["scan_stats"]
    scan.update({"state": "SCANNING", "end_time": 0, "start_time": NOW - DAY, "rebuild_stats": {}})
    assert judged(host(json.dumps(document), "p4")).summary == "ONLINE, 50 % used, scrub in progress"
    scan["scrub_pause"] = pause
    assert judged(host(json.dumps(document), "p4")).verdict is Verdict.UNKNOWN


def test_a_scrub_that_runs_for_ever_is_overdue() -> None:
    line = "scrub in progress since Sat Aug  1 22:20:02 2026\n\t1.0T scanned, 2.0T total"
    text = case("zpool-scrub-cancelled.txt").replace("scrub canceled on Sat Sep 19 22:20:02 2026", line)
    check = judged(host(text, "share"))
    assert (check.verdict, check.summary) == (Verdict.WARNING, "a scrub runs for 50 days")


def test_a_resilver_is_no_scrub() -> None:
    seen = host(case("zpool-resilver-is-no-scrub.txt"), "tank")
    check = judged(seen)
    assert (check.verdict, check.summary) == (
        Verdict.UNKNOWN,
        "the last scan was no scrub but a resilver: when one ended before is not reported by ZFS",
    )
    assert [one.name for one in the_pool(seen).devices][3] == "draid1-0-0"
    assert samples(seen)['rigwright_zpool_scrub_unknown{pool="tank"}'] == "1"
    assert devices.resilvering(seen) == []


def test_a_rebuild_hides_no_scrub_and_a_reboot_waits_for_it() -> None:
    seen = host(case("zpool-rebuild-two-scans.txt"), "aggr0")
    found, check = the_pool(seen), judged(seen)
    assert (found.scan, found.scan_ended_seconds) == ("SCRUB FINISHED", 1789122562)
    assert round((NOW - 1789122562) / DAY) == 9
    assert check.verdict is Verdict.CRITICAL
    assert check.summary.endswith(", resilver in progress")
    assert "scrub" not in check.summary, "nine days are fine"
    assert devices.resilvering(seen) == ["aggr0"]
    assert [(one.name, one.state) for one in found.spares] == [
        ("draid3-0-0", "INUSE"),
        ("draid3-0-1", "AVAIL"),
    ]
    assert samples(seen)['rigwright_zpool_resilvering{pool="aggr0"}'] == "1"


def test_a_rebuild_in_json_is_a_resilver_too() -> None:
    seen = host(case("zpool-json-rebuild.json"), "p4", now=1796001600.0)
    check = judged(seen)
    assert (check.verdict, check.summary) == (
        Verdict.OK,
        "ONLINE, 50 % used, last scrub 0 days ago, resilver in progress",
    )
    assert devices.resilvering(seen) == ["p4"]


def test_a_rebuild_that_ended_is_none() -> None:
    text = case("zpool-json-rebuild.json").replace('"ACTIVE"', '"COMPLETE"')
    assert devices.resilvering(host(text, "p4")) == []
    line = "resilvered (mirror-0) 30M in 00:00:02 with 2 errors on Sun Sep 13 00:40:04 2026"
    done = case("zpool-rebuild-two-scans.txt").replace("resilver (draid3:19d:24c:2s-0) in progress", line)
    seen = host(done, "aggr0")
    assert devices.resilvering(seen) == []
    assert "2 errors in the last scrub or resilver" in judged(seen).summary


def test_errors_of_a_group_are_a_warning() -> None:
    seen = host(case("zpool-errors-of-a-group.txt"), "p1")
    check = judged(seen)
    assert check.verdict is Verdict.WARNING
    assert "6 checksum errors of raidz2-0, of no single device" in check.summary
    group = 'rigwright_zpool_group_errors{pool="p1",group="raidz2-0",kind="checksum"}'
    assert samples(seen)[group] == "6"


def test_slow_reads_and_writes_are_a_warning() -> None:
    text = case("zpool-name-with-space.txt").replace("CKSUM", "CKSUM  SLOW").replace(" 0\n", " 0     0\n")
    text = text.replace(
        "sdb     ONLINE       0     0     0     0", "sdb     ONLINE       0     0     0     7"
    )
    seen = host(text, "Main Pool")
    check = judged(seen)
    assert (check.verdict, check.summary) == (
        Verdict.WARNING,
        "7 reads and writes of sdb took longer than ZFS allows (30 s)",
    )
    slow = 'rigwright_zpool_device_slow_ios{pool="Main Pool",device="%s"}'
    assert [samples(seen)[slow % name] for name in ("sda", "sdb")] == ["0", "7"]


def test_json_that_is_cut_is_unknown_and_not_no_pools() -> None:
    seen = host(case("zpool-json-cut-by-locale.json"), "pu")
    check = judged(seen)
    assert check.verdict is Verdict.UNKNOWN
    assert "its JSON ends too early" in check.summary
    assert "output_version" not in check.summary
    nothing = zpool.parse(case("zpool-json-cut-by-locale.json"), "").pools
    assert nothing == Failed("its JSON ends too early")


@pytest.mark.parametrize(
    ("printed", "expected"),
    [('{"pools":{}}', '{"pools":{}}\n'), ('{"pools":{"/v/', "text -p -s\n"), ("", "text -p -s\n")],
)
def test_json_that_is_cut_is_queried_again_as_text(tmp_path: Path, printed: str, expected: str) -> None:
    """By the command itself, in which a script stands for zpool."""
    tool = tmp_path / "zpool"
    tool.write_text(f"#!/bin/sh\ncase $2 in -j) printf %s '{printed}' ;; *) shift; echo text $* ;; esac\n")
    tool.chmod(0o755)
    done = subprocess.run(
        commands.POOL_STATUS,
        env={"PATH": f"{tmp_path}:/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.stdout, done.returncode) == (expected, 0)


def test_text_that_follows_cut_json_is_read() -> None:
    both = case("zpool-json-cut-by-locale.json") + "\n" + case("zpool-name-with-space.txt")
    assert judged(host(both, "Main Pool")).verdict is Verdict.OK


def test_a_device_that_is_gone_is_named_by_where_it_was() -> None:
    seen = host(case("zpool-json-device-gone.json"), "p10")
    check = judged(seen)
    assert check.verdict is Verdict.CRITICAL
    assert "6408040402937116786 is UNAVAIL, was /dev/disk/by-id/d-j2" in check.summary
    label = 'pool="p10",device="6408040402937116786 was /dev/disk/by-id/d-j2"'
    assert samples(seen)[f"rigwright_zpool_device_online{{{label}}}"] == "0"


def test_a_device_that_is_gone_is_named_in_text_too() -> None:
    text = case("zpool-name-with-space.txt").replace(
        "sda     ONLINE       0     0     0", "64080404  UNAVAIL      0     0     0  was /dev/disk/by-id/a b"
    )
    assert the_pool(host(text, "Main Pool")).devices[0].was == "/dev/disk/by-id/a b"


def test_a_row_without_counters_is_unreadable_and_not_without_errors() -> None:
    text = case("zpool-name-with-space.txt").replace(
        "sda     ONLINE       0     0     0", "sda     ONLINE  x"
    )
    found = the_pool(host(text, "Main Pool")).devices[0]
    assert isinstance(found.read_errors, Failed)
    assert judged(host(text, "Main Pool")).verdict is Verdict.UNKNOWN


def test_half_of_a_surrogate_pair_in_a_name_reaches_the_file() -> None:
    status = '{"pools": {"a": {"name": "a", "state": "ONLINE", "vdevs": {"\\udcff": {"state": "ONLINE"}}}}}'
    text = textfile.snapshot(host(status, "a"), frozenset({"zfs"}), {}).text
    assert 'device="?"' in text
    text.encode()


def test_when_a_pool_was_made_is_unknown_where_zfs_list_failed() -> None:
    seen = host(case("zpool-json-spare-gone.json"), "p1")
    seen["outputs"]["zpool-created"] = {"code": 1, "out": "", "err": "internal error"}
    assert isinstance(the_pool(seen).created_seconds, Failed)
    assert judged(seen).verdict is Verdict.UNKNOWN
    del seen["outputs"]["zpool-created"]
    assert the_pool(seen).created_seconds == NotSupported()
