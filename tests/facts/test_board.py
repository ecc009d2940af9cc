"""Sensors, memory with ECC, PCIe and drives in the kernel log: read, judged and exposed."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from facts import commands
from facts.parsers import drive_log, edac, pcie, sensors
from facts.tool_output import ToolOutput
from facts.values import Failed, NotSupported
from rigwright.health import textfile
from rigwright.health.check import Verdict
from rigwright.health.survey import judged
from tests.support import health
from tests.support.health_metrics import samples

NONE = NotSupported()
DAY = "in the last day"
NOW = health.seen()["now_seconds"]
HWMON, EDAC, PCI = "/sys/class/hwmon/hwmon", "/sys/devices/system/edac/mc/mc", "/sys/bus/pci/devices"


def host(**outputs: object) -> dict[str, Any]:
    """A healthy host with the output of these tools; ``drive_log`` is ``drive-log``."""
    printed = {
        name.replace("_", "-"): health.output(one) if isinstance(one, str) else one
        for name, one in outputs.items()
    }
    return health.seen(outputs=printed)


def rows(seen: dict[str, Any]) -> dict[str, tuple[str, str]]:
    """The verdict and the words of each row about the board."""
    areas = ("sensors", "ecc", "pcie", "log")
    return {
        f"{one.area} {one.where}": (one.verdict.value, one.summary)
        for one in judged(seen)
        if one.area in areas
    }


def exposed(seen: dict[str, Any]) -> dict[str, float]:
    found = samples(textfile.snapshot(seen, frozenset(), {}))
    return {name.removeprefix("rigwright_"): value for name, value in found.items() if "_health_" not in name}


def chip(number: int, name: str, device: str = "", **files: object) -> str:
    given = {"name": name, **({"device": device} if device else {}), **files}
    return "".join(f"{HWMON}{number}/{file}:{value}\n" for file, value in given.items())


CORE = chip(
    1,
    "coretemp",
    "coretemp.0",
    temp1_label="Package id 0",
    temp1_input=61000,
    temp1_crit=100000,
    temp1_crit_alarm=0,
    temp2_input=58000,
    temp2_crit=100000,
)
BOARD = chip(
    0,
    "nct6798",
    "nct6775.656",
    temp1_input=127000,
    temp1_crit=100000,
    temp1_crit_alarm=1,
    temp2_input=-128000,
    temp3_input=0,
    temp4_input=35500,
    temp4_crit=0,
    temp5_input=90000,
    temp5_fault=1,
    fan1_label="CPU fan",
    fan1_input=900,
    fan2_input=0,
)


def test_sensors_and_fans_are_read_in_their_units_and_what_is_not_wired_is_not_supported() -> None:
    chips = sensors.parse(BOARD + CORE).chips
    assert isinstance(chips, tuple)
    board, core = chips
    assert core == sensors.Chip(
        "coretemp",
        "coretemp.0",
        (
            sensors.Temperature("Package id 0", 61.0, 100.0, critical_alarm=False),
            sensors.Temperature("temp2", 58.0, 100.0, critical_alarm=NONE),
        ),
        (),
    )
    assert [one.temperature_celsius for one in board.temperatures] == [127.0, NONE, NONE, 35.5, NONE]
    assert board.temperatures[3].critical_celsius == NONE, "zero is no limit"
    assert board.fans == (sensors.Fan("CPU fan", 900, NONE), sensors.Fan("fan2", 0, NONE))


def test_limits_that_firmware_left_in_a_monitoring_chip_are_not_judged() -> None:
    seen = host(sensors=BOARD + CORE)
    assert rows(seen) == {
        "sensors nct6798 nct6775.656": ("ok", "temp1 127 °C, temp4 36 °C, CPU fan 900 rpm, fan2 0 rpm"),
        "sensors coretemp.0": ("ok", "Package id 0 61 °C, temp2 58 °C"),
    }
    found = exposed(seen)
    assert found['sensor_critical_celsius{chip="coretemp.0",sensor="temp2"}'] == 100
    assert not [
        name for name in found if name.startswith(("sensor_critical", "sensor_alarm")) and "nct" in name
    ]
    assert found['fan_rpm{chip="nct6798 nct6775.656",fan="fan2"}'] == 0


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"temp1_input": 94900, "temp1_crit": 100000}, ("ok", "temp1 95 °C")),
        ({"temp1_input": 95000, "temp1_crit": 100000}, ("warning", "temp1 95 °C")),
        ({"temp1_input": 100000, "temp1_crit": 100000}, ("critical", "temp1 100 °C")),
        ({"temp1_input": 95000}, ("ok", "temp1 95 °C")),
        (
            {"temp1_input": 60000, "temp1_crit_alarm": 1},
            ("critical", "temp1 is too hot by the chip's own alarm"),
        ),
        ({"temp1_input": "?"}, ("unknown", "temp1: unreadable: '?'")),
        ({"fan1_input": 0, "fan1_fault": 1}, ("warning", "fan1 is faulty")),
        ({"fan1_input": "x"}, ("unknown", "fan1: unreadable: 'x'")),
    ],
)
def test_a_sensor_is_judged_by_the_hardwares_own_limit_and_a_fan_by_its_chip(
    files: dict[str, object], expected: tuple[str, str]
) -> None:
    assert rows(host(sensors=chip(2, "k10temp", "0000:00:18.3", **files))) == {
        "sensors k10temp 0000:00:18.3": expected
    }


def memory(ce: object, ue: object, *modules: tuple[str, object, object]) -> str:
    lines = [f"{EDAC}0/ce_count:{ce}", f"{EDAC}0/ue_count:{ue}"]
    for number, (name, corrected, uncorrected) in enumerate(modules):
        part = f"{EDAC}0/dimm{number}"
        lines += [
            f"{part}/dimm_label:{name}",
            f"{part}/dimm_ce_count:{corrected}",
            f"{part}/dimm_ue_count:{uncorrected}",
        ]
    return "\n".join(lines)


@pytest.mark.parametrize(
    ("ce", "ue", "expected"),
    [
        (0, 0, ("ok", "no corrected errors")),
        (9, 0, ("ok", "9 corrected errors, of DIMM_A1")),
        (10, 0, ("warning", "10 corrected errors, of DIMM_A1")),
        (10, 2, ("critical", "2 uncorrected errors, 10 corrected errors, of DIMM_A1")),
        ("?", 0, ("unknown", "corrected errors: unreadable: '?'")),
    ],
)
def test_errors_of_memory_are_judged_and_the_module_is_named(
    ce: object, ue: object, expected: tuple[str, str]
) -> None:
    own = ce if isinstance(ce, int) else 0
    assert rows(host(ecc=memory(ce, ue, ("DIMM_A1", own, ue), ("DIMM_B1", 0, 0)))) == {"ecc mc0": expected}


def test_the_counts_of_memory_are_exposed_by_controller_and_by_module() -> None:
    found = exposed(host(ecc=memory(10, 0, ("DIMM_A1", 10, 0))))
    assert found['memory_corrected_errors_total{controller="mc0"}'] == 10
    assert found['memory_uncorrected_errors_total{controller="mc0"}'] == 0
    assert found['memory_module_corrected_errors_total{controller="mc0",module="DIMM_A1"}'] == 10
    assert edac.parse(memory(0, 0)).controllers == (edac.Controller("mc0", 0, 0, ()),)


def port(
    address: str, *, corrected: object = 0, nonfatal: object = 0, fatal: object = 0, kind: str = ""
) -> str:
    named = f"{PCI}/{address}/aer_dev_nonfatal:{kind} {nonfatal}\n" if kind else ""
    return (
        f"{PCI}/{address}/aer_dev_correctable:TOTAL_ERR_COR {corrected}\n{named}"
        f"{PCI}/{address}/aer_dev_nonfatal:TOTAL_ERR_NONFATAL {nonfatal}\n"
        f"{PCI}/{address}/aer_dev_fatal:TOTAL_ERR_FATAL {fatal}\n"
    )


GOOD_PORT = port("0000:00:01.0")


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ("", {"pcie pcie": ("ok", "no uncorrected errors of 1 devices")}),
        (
            port("0000:01:00.0", corrected=7000),
            {"pcie pcie": ("ok", "no uncorrected errors of 2 devices, 7000 corrected")},
        ),
        (
            port("0000:01:00.0", nonfatal=3, kind="CmpltTO"),
            {"pcie 0000:01:00.0": ("warning", "3 errors that lost a transfer (CmpltTO)")},
        ),
        (port("0000:01:00.0", fatal=1), {"pcie 0000:01:00.0": ("critical", "1 fatal errors")}),
        (
            port("0000:01:00.0", corrected="?"),
            {"pcie 0000:01:00.0": ("unknown", "corrected errors: unreadable: '?'")},
        ),
    ],
)
def test_errors_of_pcie_that_were_not_corrected_are_judged(
    more: str, expected: dict[str, tuple[str, str]]
) -> None:
    assert rows(host(pcie=GOOD_PORT + more)) == expected


def test_only_pcie_devices_with_errors_have_samples_and_the_others_are_counted() -> None:
    assert exposed(host(pcie=GOOD_PORT + port("0000:01:00.0", corrected=5))) == {
        "pcie_devices": 2,
        'pcie_corrected_errors_total{device="0000:01:00.0"}': 5,
    }


def logged(message: object, age_seconds: float = 60) -> str:
    stamp = str(int((NOW - age_seconds) * 1_000_000))
    return json.dumps({"MESSAGE": message, "__REALTIME_TIMESTAMP": stamp}) + "\n"


LINES = (
    ("nvme nvme0: I/O 840 QID 5 timeout, aborting", "nvme0", "timeout"),
    ("nvme nvme1: I/O tag 13 (100d) opcode 0x2 (Read) QID 3 timeout, reset controller", "nvme1", "timeout"),
    ("nvme nvme0: controller is down; will reset: CSTS=0xffffffff, PCI_STATUS=0xffff", "nvme0", "reset"),
    ("nvme nvme0: Device not ready; aborting reset, CSTS=0x1", "nvme0", "reset"),
    ("nvme nvme0: Removing after probe failure status: -19", "nvme0", "gone"),
    ("nvme nvme0: Disabling device after reset failure: -19", "nvme0", "gone"),
    ("ata3.00: exception Emask 0x0 SAct 0x40000 SErr 0x0 action 0x6 frozen", "ata3", "timeout"),
    ("ata3.00: failed command: READ FPDMA QUEUED", "ata3", "error"),
    ("ata3: hard resetting link", "ata3", "reset"),
    ("ata3: COMRESET failed (errno=-16)", "ata3", "reset"),
    ("ata3: limiting SATA link speed to 1.5 Gbps", "ata3", "reset"),
    ("ata3.00: disabled", "ata3", "gone"),
    ("ata3.00: disable device", "ata3", "gone"),
    ("sd 2:0:0:0: Device offlined - not ready after error recovery", "sd 2:0:0:0", "gone"),
    ("sd 2:0:0:0: rejecting I/O to offline device", "sd 2:0:0:0", "gone"),
    (
        "sd 2:0:0:0: [sdb] tag#11 FAILED Result: hostbyte=DID_TIME_OUT driverbyte=DRIVER_OK",
        "sd 2:0:0:0",
        "timeout",
    ),
    ("sd 2:0:0:0: attempting task abort!scmd(0x00000000c5ae7b4f)", "sd 2:0:0:0", "reset"),
    ("sd 6:0:0:0: [sdc] tag#8 uas_eh_abort_handler 0 uas-tag 9 inflight: CMD", "", ""),
    ("I/O error, dev sdb, sector 976773000 op 0x0:(READ) flags 0x80700", "sdb", "error"),
    ("blk_update_request: critical medium error, dev nvme0n1, sector 8 op 0x0:(READ)", "nvme0", "error"),
    ("Buffer I/O error on dev sdb1, logical block 3, async page read", "sdb", "error"),
    ("I/O error, dev fd0, sector 0 op 0x0:(READ)", "", ""),
    ("I/O error, dev sr0, sector 0 op 0x0:(READ)", "", ""),
    ("ata3: SATA link up 6.0 Gbps (SStatus 133 SControl 300)", "", ""),
    ("nvme nvme0: 16/0/0 default/read/poll queues", "", ""),
    ("sd 2:0:0:0: [sdb] Attached SCSI disk", "", ""),
)


@pytest.mark.parametrize(("message", "device", "kind"), LINES, ids=[line[:40] for line, _, _ in LINES])
def test_a_line_of_the_kernel_log_is_of_one_kind_and_of_its_drive(
    message: str, device: str, kind: str
) -> None:
    errors = drive_log.parse(logged(message)).errors
    expected = ((device, kind),) if kind else ()
    assert isinstance(errors, tuple)
    assert tuple((one.device, one.kind) for one in errors) == expected
    asked = any(re.search(pattern, message) for pattern in commands.DRIVE_LOG[4:])
    assert asked or not kind, "journalctl would not print it"


@pytest.mark.parametrize(
    ("log", "expected"),
    [
        ("", {"log drives": ("ok", "no time-outs, resets or errors of drives in the last day")}),
        (
            logged("ata3: hard resetting link", 90_000),
            {"log drives": ("ok", "no time-outs, resets or errors of drives in the last day")},
        ),
        (
            logged("ata3.00: failed command: READ FPDMA QUEUED") + logged("ata3: hard resetting link", 50),
            {
                "log ata3": (
                    "warning",
                    f"1 resets {DAY}, 1 errors {DAY}, the last one: ata3: hard resetting link",
                )
            },
        ),
        (
            logged("nvme nvme0: Removing after probe failure status: -19", 900_000),
            {
                "log nvme0": (
                    "critical",
                    "the kernel gave it up: nvme nvme0: Removing after probe failure status: -19",
                )
            },
        ),
        ("ata3", {"log log": ("unknown", "no line of the journal: 'ata3'")}),
    ],
    ids=["empty", "of another day", "of today", "gone long ago", "cut"],
)
def test_errors_of_drives_are_a_warning_for_a_day_and_one_that_is_gone_is_critical(
    log: str, expected: dict[str, tuple[str, str]]
) -> None:
    assert rows(host(drive_log=log)) == expected


def test_the_log_of_drives_is_exposed_by_its_last_line_of_each_kind() -> None:
    log = logged("ata3: hard resetting link", 500) + logged("ata3: hard resetting link", 60)
    assert exposed(host(drive_log=log)) == {
        'drive_log_last_timestamp_seconds{device="ata3",kind="reset"}': pytest.approx(NOW - 60)
    }


def test_what_was_not_queried_has_no_row_and_what_a_machine_lacks_is_none() -> None:
    assert rows(host()) == {}
    assert rows(host(sensors="", ecc="", pcie="")) == dict.fromkeys(
        ("sensors sensors", "ecc ecc", "pcie pcie"), ("none", "none")
    )
    assert exposed(host(sensors="", ecc="")) == {}


@pytest.mark.parametrize(
    "broken",
    [
        {"code": 0, "out": "no file of these", "err": ""},
        {"code": 2, "out": "", "err": "sh: boom"},
        {"error": "sh: no output within 10 s", "timed_out": True},
    ],
    ids=["garbage", "failed", "slow"],
)
@pytest.mark.parametrize("name", ["sensors", "ecc", "pcie"])
def test_files_that_cannot_be_read_are_unknown_and_their_collector_is_down(
    name: str, broken: dict[str, object]
) -> None:
    seen = health.seen(outputs={name: broken})
    assert [verdict for verdict, _ in rows(seen).values()] == [Verdict.UNKNOWN.value]
    found = samples(textfile.snapshot(seen, frozenset(), {}))
    assert found[f'rigwright_health_collector_up{{collector="{name}"}}'] == 0


def run(command: tuple[str, ...], folder: Path) -> str:
    """A command's output, on files below a folder instead of those of this machine."""
    shell, flag, script = command
    moved = script.replace("/sys/", f"{folder}/sys/").replace("/run/", f"{folder}/run/")
    done = subprocess.run([shell, flag, moved], capture_output=True, text=True, check=True)
    return done.stdout.replace(str(folder), "")


def put(folder: Path, path: str, text: str) -> None:
    (folder / path[1:]).parent.mkdir(parents=True, exist_ok=True)
    (folder / path[1:]).write_text(text)


def test_the_commands_print_the_files_of_a_machine_and_nothing_in_a_container(tmp_path: Path) -> None:
    put(tmp_path, "/sys/devices/platform/coretemp.0/hwmon/hwmon1/name", "coretemp\n")
    put(tmp_path, "/sys/devices/platform/coretemp.0/hwmon/hwmon1/temp1_input", "61000\n")
    put(tmp_path, "/sys/devices/platform/coretemp.0/hwmon/hwmon1/temp1_crit", "100000\n")
    put(tmp_path, "/sys/devices/platform/coretemp.0/hwmon/hwmon1/temp1_max", "80000\n")
    put(tmp_path, "/sys/devices/virtual/hwmon/hwmon2/name", "drivetemp\n")
    put(tmp_path, "/sys/devices/virtual/hwmon/hwmon2/temp1_input", "30000\n")
    (tmp_path / "sys/devices/platform/coretemp.0/hwmon/hwmon1/device").symlink_to("../..")
    classes = tmp_path / "sys/class/hwmon"
    classes.mkdir(parents=True)
    (classes / "hwmon1").symlink_to(tmp_path / "sys/devices/platform/coretemp.0/hwmon/hwmon1")
    (classes / "hwmon2").symlink_to(tmp_path / "sys/devices/virtual/hwmon/hwmon2")
    for line in memory(3, 0, ("DIMM_A1", 3, 0)).split("\n"):
        put(tmp_path, *line.split(":", 1))
    put(tmp_path, f"{PCI}/0000:00:01.0/aer_dev_correctable", "RxErr 4\nBadTLP 0\nTOTAL_ERR_COR 4\n")
    put(tmp_path, f"{PCI}/0000:00:01.0/aer_dev_fatal", "Undefined 0\nTOTAL_ERR_FATAL 0\n")
    heat = sensors.Temperature("temp1", 61.0, 100.0, NONE)
    assert sensors.parse(run(commands.SENSORS, tmp_path)).chips == (
        sensors.Chip("coretemp", "coretemp.0", (heat,), ()),
    )
    assert edac.parse(run(commands.EDAC, tmp_path)).controllers == (
        edac.Controller("mc0", 3, 0, (edac.Module("DIMM_A1", 3, 0),)),
    )
    assert pcie.parse(run(commands.PCIE, tmp_path)).devices == (pcie.Device("0000:00:01.0", 4, NONE, 0, ()),)
    put(tmp_path, "/run/systemd/container", "systemd-nspawn")
    for command in (commands.SENSORS, commands.EDAC, commands.PCIE):
        assert run(command, tmp_path) == ""


def test_a_machine_without_such_files_has_none_of_them(tmp_path: Path) -> None:
    for command, parse in (
        (commands.SENSORS, sensors.parse),
        (commands.EDAC, edac.parse),
        (commands.PCIE, pcie.parse),
    ):
        (found,) = vars(parse(run(command, tmp_path))).values()
        assert found == ()


def test_a_user_who_may_not_read_the_journal_sees_an_error_and_no_empty_log() -> None:
    denied = ToolOutput(
        queried=True, code=1, err="Hint: You are currently not seeing messages from other users."
    )
    found = drive_log.hidden(denied)
    assert found
    assert isinstance(found.errors, Failed)
    assert found.errors.code == "no_permission"
