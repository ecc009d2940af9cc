"""Drives of real hosts that are easily read wrongly: the value, the verdict and the metric."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from facts.parsers import disk, nvme
from facts.values import Failed, NotSupported
from rigwright.health import drives, textfile
from rigwright.health.check import Check, Verdict

CASES = Path(__file__).parent / "fixtures" / "cases"
WARNING, OK, UNKNOWN, CRITICAL = Verdict.WARNING, Verdict.OK, Verdict.UNKNOWN, Verdict.CRITICAL


def case(name: str, **changes: object) -> str:
    return json.dumps({**json.loads((CASES / f"{name}.json").read_text()), **changes})


def host(raw: str, code: int = 0, kind: str = "smart sda") -> dict[str, Any]:
    bus, name = ("nvme", "nvme0") if kind.startswith("nvme") else ("sata", "sda")
    return {
        "now_seconds": 1_790_000_000.0,
        "disks": [{"name": name, "bus": bus}],
        "outputs": {kind: {"code": code, "out": raw, "err": ""}},
    }


def judged(seen: dict[str, Any]) -> Check:
    return next(check for check in drives.checks(seen) if check.verdict is not Verdict.NONE)


def samples(seen: dict[str, Any]) -> dict[str, str]:
    text = textfile.snapshot(seen, frozenset({"sata", "nvme"}), {}).text
    rows = (line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#"))
    return {name.replace('{device="sda"}', ""): value for name, value in rows}


def down(seen: dict[str, Any]) -> bool:
    return any(
        name.startswith("rigwright_health_collector_up") and value == "0"
        for name, value in samples(seen).items()
    )


def test_a_sas_disk_that_loses_writes_is_a_warning() -> None:
    seen = host(case("sas-uncorrected-grown"))
    check = judged(seen)
    assert (check.verdict, check.where) == (WARNING, "sda (SEAGATE ST373453LC)")
    assert check.summary == "260 grown defects, 1 uncorrected reads, 535 uncorrected writes"
    found = samples(seen)
    assert found["rigwright_sata_grown_defects"] == "260"
    assert found["rigwright_sata_uncorrected_reads_total"] == "1"
    assert found["rigwright_sata_uncorrected_writes_total"] == "535"
    assert "rigwright_sata_uncorrected_verifies_total" not in found, "the disk counts none"


def test_a_sas_disk_with_verifications_that_failed_is_a_warning_and_one_without_errors_is_fine() -> None:
    log = {"verify": {"total_uncorrected_errors": 2}, "read": {"total_uncorrected_errors": 0}}
    one = host(case("sas-uncorrected-grown", scsi_error_counter_log=log, scsi_grown_defect_list=0))
    assert judged(one).summary == "2 uncorrected verifications"
    log["verify"]["total_uncorrected_errors"] = 0
    good = host(case("sas-uncorrected-grown", scsi_error_counter_log=log, scsi_grown_defect_list=0))
    assert (judged(good).verdict, judged(good).summary) == (OK, "33 °C")
    pending = host(case("sas-temperature-zero", scsi_pending_defects={"count": 3}))
    assert judged(pending).summary == "3 pending sectors"


@pytest.mark.parametrize(
    ("names", "model"),
    [
        ({"scsi_model_name": "HP 73.4G MAS3735NC"}, "HP 73.4G MAS3735NC"),
        ({"scsi_vendor": "HP", "scsi_product": "MAS3735NC"}, "HP MAS3735NC"),
        ({"vendor": "HP", "product": "MAS3735NC"}, "HP MAS3735NC"),
        ({"model_name": "A", "scsi_model_name": "B"}, "A"),
        ({}, NotSupported()),
    ],
)
def test_a_sas_disk_has_the_model_that_scsi_names(names: dict[str, str], model: object) -> None:
    raw = {**json.loads(case("sas-model-missing")), "scsi_model_name": None, **names}
    assert disk.parse(json.dumps(raw)).model == model


def test_a_temperature_of_zero_is_none_and_the_environmental_report_counts() -> None:
    seen = host(case("sas-temperature-zero"))
    assert (judged(seen).verdict, judged(seen).summary) == (OK, "38 °C")
    assert samples(seen)["rigwright_sata_temperature_celsius"] == "38.0"
    none = host(case("sas-temperature-zero", scsi_environmental_reports={"temperature_1": {"current": 0}}))
    assert (judged(none).verdict, judged(none).summary) == (OK, "fine")
    assert "rigwright_sata_temperature_celsius" not in samples(none)


def test_a_raid_volume_without_a_verdict_is_unknown_and_its_collector_says_so() -> None:
    seen = host(case("raid-volume-temperature-zero"), 4)
    assert (judged(seen).verdict, judged(seen).summary) == (UNKNOWN, "it gives no verdict of its own")
    assert down(seen)
    assert not [name for name in samples(seen) if "temperature" in name]


@pytest.mark.parametrize("value", [314, 300, -270, "97 F"])
def test_a_temperature_in_another_unit_is_unknown(value: object) -> None:
    seen = host(case("sas-model-missing", temperature={"current": value}))
    assert judged(seen).verdict is UNKNOWN
    assert not [name for name in samples(seen) if name.startswith("rigwright_sata_temperature")]
    assert any("field_error" in name for name in samples(seen))


def test_an_nvme_drive_in_another_unit_is_unknown_and_one_without_a_sensor_has_none() -> None:
    warm = nvme.parse('{"critical_warning":0,"temperature":41}')
    assert isinstance(warm.temperature_celsius, Failed)
    for nothing in (0, -273):
        log = {"critical_warning": 0, "temperature": nothing}
        found = nvme.parse_smartctl(json.dumps({"nvme_smart_health_information_log": log}))
        assert found.temperature_celsius == NotSupported()


def life(model: str, *rows: tuple[int, str, int, int], **more: object) -> object:
    table = [
        {"id": number, "name": name, "value": value, "raw": {"value": raw}}
        for number, name, value, raw in rows
    ]
    whole = {"model_name": model, "smart_status": {"passed": True}, **more}
    return disk.parse(json.dumps({**whole, "ata_smart_attributes": {"table": table}})).life_left_ratio


def test_the_life_of_a_samsung_is_177_and_that_of_a_silicon_motion_is_raw() -> None:
    for name, left, words in (
        ("ssd-life-samsung-datacentre", "0.9", "30 °C, 90 % of its life left"),
        ("ssd-life-siliconmotion-raw", "0.96", "30 °C, 96 % of its life left"),
    ):
        seen = host(case(name))
        assert judged(seen).summary == words
        assert samples(seen)["rigwright_sata_life_left_ratio"] == left


@pytest.mark.parametrize(
    ("model", "row", "left"),
    [
        ("CT500MX500SSD1", (202, "Percent_Lifetime_Remain", 88, 12), 0.88),
        ("Micron_M500", (202, "Percent_Lifetime_Used", 100, 7), 0.93),
        ("M4-CT256M4SSD2", (202, "Perc_Rated_Life_Used", 100, 130), 0.0),
        ("INTEL SSDSC2BB480G4", (233, "Media_Wearout_Indicator", 96, 0), 0.96),
        ("KINGSTON SA400S37240G", (231, "SSD_Life_Left", 94, 94), 0.94),
        ("Unknown 1TB", (177, "Wear_Leveling_Count", 100, 401), NotSupported()),
        ("Unknown 1TB", (233, "Media_Wearout_Indicator", 100, 9), NotSupported()),
        ("WDC WDS500G2B0A", (230, "Media_Wearout_Indicator", 1, 90195231125542), NotSupported()),
        ("SanDisk SSD PLUS", (169, "Total_Bad_Block", 100, 3), NotSupported()),
        ("SanDisk SSD PLUS", (232, "Perc_Avail_Resrvd_Space", 100, 100), NotSupported()),
        ("SAMSUNG MZ7LH960", (202, "Exception_Mode_Status", 100, 0), NotSupported()),
        ("ST4000", (231, "Temperature_Celsius", 30, 30), NotSupported()),
    ],
)
def test_the_life_left_is_read_by_name_and_vendor(
    model: str, row: tuple[int, str, int, int], left: object
) -> None:
    assert life(model, row) == left


def test_the_endurance_that_smartctl_reports_counts_before_attributes() -> None:
    row = (177, "Wear_Leveling_Count", 97, 0)
    assert life("Samsung SSD 870", row, endurance_used={"current_percent": 12}) == 0.88
    assert life("any", scsi_percentage_used_endurance_indicator=11) == 0.89
    assert life("any", endurance_used={"current_percent": 255}) == 0.0
    name = "Percentage Used Endurance Indicator"
    page = {"number": 7, "table": [{"name": name, "value": 4, "flags": {"valid": True}}]}
    assert life("Samsung SSD 870", row, ata_device_statistics={"pages": [page]}) == 0.96


def test_self_tests_that_failed_are_a_warning_although_the_disk_passes() -> None:
    seen = host(case("selftest-fails-passed"), 128)
    assert (judged(seen).verdict, judged(seen).summary) == (WARNING, "21 self-tests failed")
    assert samples(seen)["rigwright_sata_self_tests_failed"] == "21"


def ata_tests(*rows: tuple[int, bool | None], **more: object) -> str:
    table = [{"type": {"value": kind}, "status": {"passed": passed}} for kind, passed in rows]
    log = {"standard": {"table": table, **more}}
    plain = case("selftest-fails-passed", ata_smart_self_test_log=log)
    return json.dumps({**json.loads(plain), "smartctl": {"exit_status": 0}})


@pytest.mark.parametrize(
    ("raw", "failed"),
    [
        (ata_tests((2, True), (1, False)), 0),
        (ata_tests((1, True), (1, False)), 1),
        (ata_tests((2, False), (2, True)), 1),
        (ata_tests((1, None)), 0),
        (ata_tests((1, False), error_count_total=3, error_count_outdated=3), 0),
        (ata_tests((1, False), error_count_total=3, error_count_outdated=1), 2),
    ],
)
def test_a_self_test_that_a_newer_extended_one_outdates_does_not_count(raw: str, failed: int) -> None:
    assert disk.parse(raw).self_tests_failed == failed


@pytest.mark.parametrize(
    ("result", "failed"),
    [
        ({"value": 0, "string": "Completed"}, 0),
        ({"value": 1, "string": "Aborted (by user command)"}, 0),
        ({"value": 2, "string": "Aborted (device reset ?)"}, 0),
        ({"value": 5, "string": "Failed in second segment"}, 1),
        ({"string": "Completed, segment failed"}, 1),
        ({"value": 15, "string": "Self test in progress"}, 0),
    ],
)
def test_a_sas_disk_keeps_its_self_tests(result: dict[str, object], failed: int) -> None:
    raw = case("sas-model-missing", scsi_self_test_0={"code": {"value": 1}, "result": result})
    assert disk.parse(raw).self_tests_failed == failed
    long = {"code": {"value": 2}, "result": {"value": 0}}
    raw = case("sas-model-missing", scsi_self_test_0=long, scsi_self_test_1={"result": {"value": 4}})
    assert disk.parse(raw).self_tests_failed == 0


@pytest.mark.parametrize(
    ("status", "verdict", "words"),
    [
        (8, CRITICAL, "the disk reports that it is failing"),
        (16, CRITICAL, "an attribute is below its threshold"),
        (32, WARNING, "an attribute was below its threshold"),
        (64, WARNING, "1 entries of the error log"),
        (128, WARNING, "1 self-tests failed"),
        (4, OK, "28 °C"),
        (0, OK, "28 °C"),
    ],
)
def test_every_bit_of_the_exit_status_from_3_on_is_judged(status: int, verdict: Verdict, words: str) -> None:
    seen = host(case("sas-model-missing", smartctl={"version": [7, 4], "exit_status": status}), status)
    assert (judged(seen).verdict, judged(seen).summary) == (verdict, words)
    metrics = (
        "attributes_failing",
        "attributes_failed_before",
        "error_log_entries_total",
        "self_tests_failed",
    )
    found = samples(seen)
    raised = [name for name in metrics if float(found.get(f"rigwright_sata_{name}", "0")) > 0]
    assert bool(raised) or found["rigwright_sata_passed"] == "0" or verdict is OK


def test_heat_that_is_over_is_no_fault() -> None:
    rows = [{"id": 190, "name": "Airflow_Temperature_Cel", "when_failed": "past"}]
    changes = {"smartctl": {"exit_status": 32}, "ata_smart_attributes": {"table": rows}}
    assert judged(host(case("sas-model-missing", **changes), 32)).verdict is OK
    rows.append({"id": 5, "name": "Reallocated_Sector_Ct", "when_failed": "past"})
    check = judged(host(case("sas-model-missing", **changes), 32))
    assert (check.verdict, check.summary) == (WARNING, "Reallocated_Sector_Ct was below its threshold")


def test_a_counter_of_330_digits_is_unreadable_for_verdict_and_metrics() -> None:
    seen = host((CASES / "nvme-counter-enormous.json").read_text(), kind="nvme nvme0")
    check = judged(seen)
    assert (check.verdict, "written bytes: unreadable" in check.summary) == (UNKNOWN, True)
    found = samples(seen)
    assert [name for name in found if "field_error" in name and "written" in name]
    assert not [name for name in found if name.startswith("rigwright_nvme_written")]
