"""Output of real tools on real hosts that is easily read wrongly: the value, the verdict and the metric."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from facts.parsers import disk, gpu, nvme, xid
from facts.values import Failed
from rigwright.health import cards, textfile
from rigwright.health.check import Check, Verdict

CASES = Path(__file__).parent / "fixtures" / "cases"
CARD = "0000:01:00.0"


def case(name: str) -> str:
    return (CASES / name).read_text()


def seen(**outputs: str) -> dict[str, object]:
    """A host with one card that prints this."""
    quiet = {"xid": "", **outputs}
    return {
        "now_seconds": 1_790_000_000.0,
        "gpus": [CARD],
        "outputs": {name: {"code": 0, "out": text, "err": ""} for name, text in quiet.items()},
    }


def judged(host: Mapping[str, object]) -> dict[str, Check]:
    return {check.where: check for check in cards.checks(host)}


def samples(host: Mapping[str, object]) -> dict[str, str]:
    text = textfile.snapshot(host, frozenset({"gpu"}), {}).text
    rows = (line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#"))
    return dict(rows)


def the_card(host: Mapping[str, object]) -> Check:
    return next(check for where, check in judged(host).items() if where not in ("kernel log", "driver"))


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("gpu-lost-in-elements.xml", "GPU is lost"),
        ("gpu-all-not-available.xml", "it reports no value"),
        ("nvidia-smi-driver-not-loaded.txt", "the driver is not loaded"),
    ],
)
def test_a_card_that_does_not_work_is_critical_and_lost(name: str, words: str) -> None:
    host = seen(gpu=case(name))
    check = the_card(host)
    assert (check.verdict, words in check.summary) == (Verdict.CRITICAL, True), check
    assert samples(host)["rigwright_gpu_lost"] == "1"


def test_uncorrected_errors_and_a_page_that_waits_before_turing_are_critical() -> None:
    host = seen(gpu=case("gpu-ecc-before-turing.xml"))
    (card,) = gpu.parse(case("gpu-ecc-before-turing.xml")).gpus  # type: ignore[misc]
    assert (card.uncorrected_ecc_errors, card.row_remap_pending) == (2, True)
    assert the_card(host).verdict is Verdict.CRITICAL
    assert samples(host)[f'rigwright_gpu_uncorrected_ecc_errors_total{{gpu="{CARD}"}}'] == "2"
    assert samples(host)["rigwright_gpu_lost"] == "0"


def test_a_document_that_breaks_in_its_clocks_is_read_and_another_one_named() -> None:
    broken = case("gpu-supported-clocks-broken.xml")
    (card,) = gpu.parse(broken).gpus  # type: ignore[misc]
    assert card.temperature_celsius == 41.0
    (other,) = gpu.parse(broken.replace("</gpu>", "")).gpus  # type: ignore[misc]
    assert other.temperature_celsius == 41.0
    assert isinstance(other.power_watts, Failed)
    assert "broken document" in other.power_watts.reason


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("Failed to initialize NVML: Driver Not Loaded", "not_loaded"),
        ("Unable to determine the device handle for GPU 0000:01:00.0: GPU is lost.", "lost"),
        ("Unable to determine the device handle for GPU0: GPU requires reset", "needs_reset"),
        ("GPU requires reset", "needs_reset"),
        ("Failed to initialize NVML: Insufficient Permissions", "no_permission"),
        ("NVIDIA-SMI couldn't find libnvidia-ml.so library in your system.", "not_installed"),
        ("Failed to initialize NVML: Driver/library version mismatch", "mismatch"),
        ("Failed to initialize NVML: Unknown Error", "unreadable"),
        ("NVML: DRIVER_NOT_LOADED", "not_loaded"),
        ("The NVIDIA driver is not loaded.", "not_loaded"),
        ("Failed to initialize NVML: RM has detected an NVML/RM version mismatch.", "mismatch"),
    ],
)
def test_a_message_has_the_code_of_its_remedy(words: str, code: str) -> None:
    found = gpu.parse(words).gpus
    assert isinstance(found, Failed)
    assert found.code == code


def test_errors_of_mig_instances_are_errors_of_their_card() -> None:
    errors = xid.parse(case("xid-mig-instance.jsonl")).errors
    assert isinstance(errors, tuple)
    assert [(one.code, one.address) for one in errors] == [(94, "0000:01:00"), (95, "0000:01:00")]
    log = judged(seen(gpu="", xid=case("xid-mig-instance.jsonl")))["kernel log"]
    assert (log.verdict, "Xid 95" in log.summary) == (Verdict.CRITICAL, True)


def test_a_recovery_that_the_driver_requires_is_critical_until_it_requires_none() -> None:
    required, over = case("xid-154-reboot-required.jsonl"), case("xid-154-recovered.jsonl")
    host = seen(gpu="", xid=required)
    assert judged(host)["kernel log"].verdict is Verdict.CRITICAL
    assert "Node Reboot Required" in judged(host)["kernel log"].summary
    assert any('xid="154"' in name for name in samples(host))
    for log in (over, required + over):
        host = seen(gpu="", xid=log)
        assert judged(host)["kernel log"].verdict is Verdict.OK
        assert not any('xid="154"' in name for name in samples(host))
    assert judged(seen(gpu="", xid=over + required))["kernel log"].verdict is Verdict.CRITICAL


def test_a_counter_beyond_128_bits_is_no_value() -> None:
    found = nvme.parse(case("nvme-counter-enormous.json"), "{}")
    assert isinstance(found.written_bytes, Failed)
    assert found.critical_warning == 0


def test_a_sas_disk_has_its_model_where_scsi_names_it() -> None:
    raw = case("sas-model-missing.json")
    assert disk.parse(raw).model == "HP 73.4G MAS3735NC"
    assert disk.parse(json.dumps({**json.loads(raw), "model_name": "other"})).model == "other"
