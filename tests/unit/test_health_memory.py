"""What a run remembers, so that it queries no more than it must and forgets nothing that matters."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Mapping
from typing import Any

import pytest

from rigwright.health import collect, memory
from rigwright.health.memory import SLOW_SECONDS, Memory, due, joined, kept, load
from rigwright.host import health, tool_output

BOOT, NOW = "a-boot", 1_000_000.0
COMMANDS: Mapping[str, tuple[str, ...]] = {
    "nvme nvme0": ("nvme", "smart-log"),
    "smart sda": ("smartctl", "-a"),
    "snapshots": ("zfs", "list"),
    "xid": ("journalctl", "-k"),
}


def output(out: str, at: float) -> dict[str, Any]:
    return {"code": 0, "out": out, "err": "", "at": at}


def ended(_: str) -> bool:
    return False


def still_running(_: str) -> bool:
    return True


def test_the_first_run_queries_everything() -> None:
    assert due(COMMANDS, Memory(BOOT), NOW, ended) == (dict(COMMANDS), {})


def test_what_costs_much_is_queried_every_five_minutes() -> None:
    before = Memory(BOOT, NOW - 30, {"smart sda": output("{}", NOW - 30), "snapshots": output("", NOW - 200)})
    due_now, good = due(COMMANDS, before, NOW, ended)
    assert set(good) == {"smart sda", "snapshots"}
    assert set(due_now) == {"nvme nvme0", "xid"}
    later, _ = due(COMMANDS, before, NOW + SLOW_SECONDS, ended)
    assert set(later) == set(COMMANDS)


@pytest.mark.parametrize(
    "result", [{"error": "no output", "at": NOW}, {"missing": True, "at": NOW}, {"out": ""}]
)
def test_a_command_without_output_runs_again_at_once(result: dict[str, Any]) -> None:
    due_now, _ = due(COMMANDS, Memory(BOOT, NOW, {"smart sda": result}), NOW + 1, ended)
    assert "smart sda" in due_now


def test_a_process_that_the_kernel_keeps_is_not_given_a_second_one() -> None:
    stuck = {"error": "nvme: no output within 10 s", "stuck": "4711 12345", "at": NOW}
    before = Memory(BOOT, NOW, {"nvme nvme0": stuck})
    due_now, good = due(COMMANDS, before, NOW + 30, still_running)
    assert "nvme nvme0" not in due_now
    assert good["nvme nvme0"] == stuck
    assert "nvme nvme0" in due(COMMANDS, before, NOW + 30, ended)[0]
    assert kept(good, before)["nvme nvme0"] == stuck


def test_a_process_is_known_by_its_start_and_not_by_its_number_alone() -> None:
    with subprocess.Popen(["sleep", "60"]) as process:
        who = tool_output.identity(process.pid)
        assert collect.still_there(who)
        assert not collect.still_there(f"{process.pid} 1")
        process.kill()
    assert not collect.still_there(who)
    for garbage in ("", "x", "-1 2", "99999999 1"):
        assert not collect.still_there(garbage)


def test_a_child_that_outlives_its_shell_is_found_by_its_group() -> None:
    with subprocess.Popen(
        ["sh", "-c", "sleep 302 & echo $!"], stdout=subprocess.PIPE, start_new_session=True
    ) as shell:
        assert shell.stdout
        child = int(shell.stdout.readline())
        shell.wait()
        assert tool_output.left(shell.pid) == tool_output.identity(child)
        os.kill(child, signal.SIGKILL)
    end = time.monotonic() + 30
    while tool_output.left(shell.pid):
        assert time.monotonic() < end
        time.sleep(0.05)


def test_a_tool_that_hangs_is_killed_with_its_children_and_leaves_nothing() -> None:
    own = f"30[01].{os.getpid():07}"  # lab hosts beside it have processes of this machine, such as sleep 300
    first, second = (f"sleep {own.replace('[01]', digit)}" for digit in "01")
    found = tool_output.run(("sh", "-c", f"{first} & exec {second}"), 0.2)
    assert found == {"error": "sh: no output within 0.2 s", "timed_out": True}
    end = time.monotonic() + 30
    while subprocess.run(["pgrep", "-f", f"^sleep {own}$"], capture_output=True, check=False).stdout:
        assert time.monotonic() < end
        time.sleep(0.05)


def test_the_log_is_read_on_and_nothing_of_it_is_forgotten() -> None:
    before = Memory(BOOT, NOW, {"xid": output("one\ntwo\n", NOW)})
    due_now, _ = due(COMMANDS, before, NOW + 30, ended)
    assert due_now["xid"] == ("journalctl", "-k", "--since=@999940")
    new = joined({"xid": output("two\nthree\n", NOW + 30)}, before)
    assert new["xid"]["out"] == "one\ntwo\nthree"
    failed = {"xid": {"error": "no output", "at": NOW + 30}}
    assert joined(failed, before) == failed
    assert kept(failed, before)["xid"]["out"] == "one\ntwo\n"


def test_only_so_many_lines_of_the_log_are_kept() -> None:
    before = Memory(BOOT, NOW, {"xid": output("\n".join(map(str, range(memory.LINES))), NOW)})
    lines = joined({"xid": output("new", NOW)}, before)["xid"]["out"].splitlines()
    assert (len(lines), lines[0], lines[-1]) == (memory.LINES, "1", "new")


def test_a_memory_is_what_it_was_and_quick_outputs_are_none() -> None:
    outputs = kept({"smart sda": output("{}", NOW), "nvme nvme0": output("{}", NOW)}, Memory(BOOT))
    assert set(outputs) == {"smart sda"}
    before = Memory(BOOT, NOW, outputs, {"gpu": NOW})
    assert load(memory.dump(before), BOOT, NOW + 1) == before


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{",
        "null",
        "[" * 100_000,
        '{"boot": "a-boot"}',
        '{"boot": "another", "now_seconds": 1, "outputs": {}, "succeeded": {}}',
        '{"boot": "a-boot", "now_seconds": 2000000, "outputs": {}, "succeeded": {}}',
    ],
)
def test_garbage_another_boot_and_the_future_are_no_memory(text: str) -> None:
    assert load(text, BOOT, NOW) == Memory(BOOT)


def test_parts_that_are_garbage_are_left_out() -> None:
    text = json.dumps({"boot": BOOT, "now_seconds": 1, "outputs": {"smart a": 3}, "succeeded": {"gpu": "x"}})
    assert load(text, BOOT, NOW) == Memory(BOOT, 1.0)


FOUND: dict[str, Any] = {
    "gpus": ["0000:01:00.0"],
    "disks": [
        {"name": "nvme0", "bus": "nvme"},
        {"name": "sda", "bus": "sata"},
        {"name": "vda", "bus": "virtual"},
    ],
    "zfs": True,
}


@pytest.mark.parametrize(
    ("kinds", "names"),
    [
        ((), set()),
        (("gpu",), {"gpu", "xid", "driver", "library"}),
        (("nvme",), {"nvme nvme0", "nvme-id nvme0", "nvme-test nvme0", "nvme-errors nvme0", "drive-log"}),
        (("sata",), {"smart sda", "drive-log"}),
        (("zfs",), {"zpool-status", "zpool-list", "zpool-created"}),
        (("snapshots",), {"snapshots"}),
    ],
)
def test_only_the_named_kinds_are_queried(kinds: tuple[str, ...], names: set[str]) -> None:
    assert set(collect.queries(FOUND, frozenset(kinds))) == names


def test_the_board_of_a_machine_is_queried_always_and_that_of_a_container_never() -> None:
    for container, names in ((False, {"sensors", "ecc", "pcie"}), (True, set())):
        assert set(collect.queries({**FOUND, "container": container}, frozenset())) == names


def test_the_commands_are_those_of_rig_health_but_a_disk_that_sleeps_is_left_alone() -> None:
    commands = collect.queries(FOUND, frozenset({"gpu", "nvme", "sata", "zfs"}))
    every = health.queries({**FOUND, "mounts": []})
    assert commands.pop("smart sda") == ("smartctl", "-n", "standby,3", "--json", "-a", "/dev/sda")
    assert commands == {name: every[name] for name in commands}
