"""What the kernel holds for a unit is compared, whatever systemd has: root can write to its group."""

from __future__ import annotations

from pathlib import Path

import pytest

from deploys.base.programs import placement

GROUP = "/system.slice/cron.service"


@pytest.fixture
def group(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The control group of a unit."""
    monkeypatch.setattr(placement, "GROUPS", str(tmp_path))
    folder = tmp_path / GROUP.lstrip("/")
    folder.mkdir(parents=True)
    return folder


@pytest.mark.parametrize(
    ("name", "file", "text", "printed"),
    [
        ("AllowedCPUs", "cpuset.cpus", "0-1,3\n", "0-1 3"),
        ("AllowedCPUs", "cpuset.cpus", "\n", "none"),
        ("CPUWeight", "cpu.weight", "50\n", "50"),
        ("IOWeight", "io.weight", "default 20\n", "20"),
        ("IOWeight", "io.weight", "default 20\n8:0 1\n259:0 2\n", "20, 8:0 1, 259:0 2"),
        ("MemoryHigh", "memory.high", "max\n", "infinity"),
        ("MemoryMax", "memory.max", "1073741824\n", "1073741824"),
        ("CPUQuotaPerSecUSec", "cpu.max", "150000 100000\n", "1.500000s"),
        ("CPUQuotaPerSecUSec", "cpu.max", "10000 20000\n", "500ms"),
        ("CPUQuotaPerSecUSec", "cpu.max", "max 100000\n", "infinity"),
        ("CPUQuotaPerSecUSec", "cpu.max", "unheard of\n", "unheard of"),
        ("CPUQuotaPerSecUSec", "cpu.max", "1 0", "1 0"),
    ],
)
def test_what_the_kernel_holds_is_printed_as_systemd_prints_it(
    group: Path, name: str, file: str, text: str, printed: str
) -> None:
    (group / file).write_text(text)
    assert placement.held(GROUP, name) == printed


def test_where_the_kernel_holds_nothing_the_value_of_systemd_counts(group: Path) -> None:
    assert {placement.held(GROUP, name) for name in placement.KERNEL} == {""}
    (group.parent.parent / "cpu.weight").write_text("7\n")
    assert placement.held("", "CPUWeight") == ""


def test_a_share_for_one_device_is_taken_back(group: Path) -> None:
    written = group / "io.weight"
    written.write_text("default 20\n8:0 1\n")
    placement.without_devices(str(written))
    assert written.read_text() == "8:0 default"
    placement.without_devices(str(group / "missing"))
