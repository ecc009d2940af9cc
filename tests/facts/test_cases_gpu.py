"""Cards that are easily read wrongly: lost in part, on a narrow link, cut off, with errors of other kinds."""

from __future__ import annotations

import json

import pytest

from rigwright.health.check import Verdict
from tests.facts.test_cases import CARD, case, judged, samples, seen, the_card


def test_a_link_of_half_the_lanes_by_design_is_named_and_no_warning() -> None:
    check = the_card(seen(gpu=case("gpu-x8-by-design.xml")))
    assert (check.verdict, check.summary) == (Verdict.OK, "33 °C, PCIe x8 of x16")


def test_a_card_far_below_its_own_slowdown_is_not_hot() -> None:
    check = the_card(seen(gpu=case("gpu-laptop-below-slowdown.xml")))
    assert (check.verdict, check.summary) == (Verdict.OK, "78 °C")


@pytest.mark.parametrize(
    ("element", "expected"),
    [
        ("<gpu_temp>99 C</gpu_temp>", Verdict.CRITICAL),
        ("<gpu_temp>95 C</gpu_temp>", Verdict.WARNING),
        ("<gpu_temp>94 C</gpu_temp>", Verdict.OK),
        ("<gpu_temp>GPU is lost</gpu_temp>", Verdict.CRITICAL),
        ("<gpu_temp>[GPU requires reset]</gpu_temp>", Verdict.CRITICAL),
        ("<gpu_temp>ERR!</gpu_temp>", Verdict.CRITICAL),  # all that it measures
        ("<gpu_temp>N/A</gpu_temp>", Verdict.CRITICAL),
    ],
)
def test_what_a_card_measures_decides_whether_it_works(element: str, expected: Verdict) -> None:
    raw = case("gpu-laptop-below-slowdown.xml").replace("<gpu_temp>78 C</gpu_temp>", element)
    host = seen(gpu=raw)
    assert the_card(host).verdict is expected
    measures = " C</gpu_temp>" in element
    assert samples(host)["rigwright_gpu_lost"] == ("0" if measures else "1")


@pytest.mark.parametrize("word", ["GPU is lost", "[GPU is lost]", "GPU requires reset"])
def test_one_element_that_says_lost_is_enough_wherever_it_stands(word: str) -> None:
    raw = case("gpu-x8-by-design.xml").replace("</gpu>", f"<voltage><core>{word}</core></voltage></gpu>")
    host = seen(gpu=raw)
    assert the_card(host).verdict is Verdict.CRITICAL
    assert samples(host)["rigwright_gpu_lost"] == "1"


def test_an_error_beside_values_is_unknown() -> None:
    raw = case("gpu-x8-by-design.xml").replace("</gpu>", "<fan_speed>ERR!</fan_speed></gpu>")
    host = seen(gpu=raw)
    assert the_card(host).verdict is Verdict.UNKNOWN
    assert "fan ratio: nvidia-smi reports 'ERR!'" in the_card(host).summary
    assert samples(host)["rigwright_gpu_lost"] == "0"
    assert any("field_error" in name and "fan_ratio" in name for name in samples(host))


def test_errors_of_mig_instances_and_of_a_card_s_life_count() -> None:
    raw = case("gpu-x8-by-design.xml")
    mig = (
        "<mig_devices><mig_device><ecc_error_count><volatile_count><sram_uncorrectable>2</sram_uncorrectable>"
        "</volatile_count></ecc_error_count></mig_device></mig_devices>"
    )
    check = the_card(seen(gpu=raw.replace("</gpu>", f"{mig}</gpu>")))
    assert (check.verdict, check.summary) == (Verdict.CRITICAL, "2 uncorrected memory errors")
    for counted in (
        "<dram_uncorrectable>3</dram_uncorrectable>",
        "<double_bit><l2_cache>3</l2_cache></double_bit>",
    ):
        life = f"<ecc_errors><aggregate>{counted}</aggregate></ecc_errors>"
        host = seen(gpu=raw.replace("</gpu>", f"{life}</gpu>"))
        check = the_card(host)
        assert (check.verdict, check.summary) == (Verdict.WARNING, "3 uncorrected memory errors in its life")
        assert samples(host)[f'rigwright_gpu_lifetime_uncorrected_ecc_errors_total{{gpu="{CARD}"}}'] == "3"


def test_a_document_that_is_cut_off_anywhere_is_never_ok_and_loses_no_card() -> None:
    raw = case("gpu-x8-by-design.xml")
    for end in range(raw.index("<nvidia_smi_log>") + 16, raw.index("</nvidia_smi_log>")):
        host = seen(gpu=raw[:end])
        verdicts = {one.verdict for where, one in judged(host).items() if where != "kernel log"}
        assert Verdict.UNKNOWN in verdicts, raw[:end]
        assert samples(host).get("rigwright_gpu_lost") != "1", raw[:end]


def test_a_card_that_breaks_the_document_does_not_hide_the_next() -> None:
    second = (
        case("gpu-x8-by-design.xml")
        .partition("<gpu ")[2]
        .partition("</gpu>")[0]
        .replace("01:00.0", "02:00.0")
    )
    raw = case("gpu-supported-clocks-broken.xml").replace("41 C</gpu_temp>", "41 C</temp>")
    host = seen(gpu=raw.replace("</gpu>", f"</gpu><gpu {second}</gpu>"))
    first, other = (one for where, one in judged(host).items() if where != "kernel log")
    assert (first.verdict, other.verdict) == (Verdict.UNKNOWN, Verdict.OK)
    assert "broken document" in first.summary


def test_a_message_beside_the_document_of_the_other_cards_is_a_lost_card() -> None:
    said = "Unable to determine the device handle for GPU0000:02:00.0: GPU is lost. Reboot the system.\n"
    for raw in (said + case("gpu-x8-by-design.xml"), case("gpu-x8-by-design.xml") + said):
        host = seen(gpu=raw)
        assert [one.verdict for where, one in judged(host).items() if where != "kernel log"] == [
            Verdict.OK,
            Verdict.CRITICAL,
        ]
        assert samples(host)["rigwright_gpu_lost"] == "1"


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("154, GPU recovery action changed from 0x0 (None) to 0x1 (GPU Reset Required)", Verdict.CRITICAL),
        ("154, GPU recovery action changed from 0x0 (None) to 0x4 (Drain and Reset)", Verdict.CRITICAL),
        ("154, GPU recovery action changed from 0x0 (None) to 0x2 (OS Reboot)", Verdict.CRITICAL),
        ("154, GPU recovery action changed from 0x4 (Drain and Reset) to 0x0 (None)", Verdict.OK),
        ("154, GPU recovery action changed from Drain and Reset to None", Verdict.OK),
        ("149, NETIR_LINK_EVT  Fatal   XC0 i0 Link 01 (0x021425c6 0x00000000)", Verdict.CRITICAL),
        ("149, NETIR_LINK_DOWN Nonfatal XC1 i2 Link 17 (0xdeadbeef)", Verdict.WARNING),
        ("145, RLW_REMAP Non-Fatal XC0 i0 Link 00", Verdict.WARNING),
    ],
)
def test_an_xid_is_judged_by_its_own_words(message: str, expected: Verdict) -> None:
    line = {"MESSAGE": f"NVRM: Xid (PCI:0009:01:00): {message}", "__REALTIME_TIMESTAMP": "1789996400000000"}
    host = seen(gpu="", xid=json.dumps(line))
    assert judged(host)["kernel log"].verdict is expected
    fatal = [name for name in samples(host) if 'xid="149",fatal="true"' in name]
    assert bool(fatal) == (" Fatal " in message)
