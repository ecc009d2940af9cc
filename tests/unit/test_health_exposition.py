"""The file for the node exporter can always be read, and has every metric that a rule names."""

from __future__ import annotations

import dataclasses
import json
import os
import random
import re
import subprocess
import sys
from pathlib import Path

import pytest

from facts.parsers import disk, gpu, nvme, zpool
from facts.values import Failed, NotSupported
from rigwright.health import families, textfile
from rigwright.health.exposition import Exposition, Family
from rigwright.remote.archive import archive
from tests.alerts.promtool import rules
from tests.support.health_metrics import (
    EVERYTHING,
    H100,
    HOT,
    HOT_BOARD,
    NOW,
    exposed,
    out,
    samples,
)


@pytest.mark.parametrize(
    ("table", "fact"), [("gpu", gpu.Gpu), ("nvme", nvme.Nvme), ("sata", disk.Disk), ("zpool", zpool.Pool)]
)
def test_every_field_that_is_no_text_has_its_metric(table: str, fact: type) -> None:
    """Text, lists and nested facts have samples of their own."""
    other = {"address", "name", "uuid", "model", "recovery_action"}
    other |= {"attributes_failing", "attributes_failed_before"}
    other |= {"state", "scan", "message", "devices", "groups", "spares", "sensors"}
    assert {field.name for field in dataclasses.fields(fact)} - other == set(families.TABLES[table])


def test_every_metric_that_a_rule_names_is_one_that_the_hardware_makes() -> None:
    """A rule on a metric that does not exist never fires."""
    sas = out("cases/sas-uncorrected-grown.json")
    verified = {**sas, "out": str(sas["out"]).replace('"write"', '"verify"')}
    drives = {"smart sda": sas, "smart sdb": verified}
    runs = (EVERYTHING, HOT, {**EVERYTHING, "gpu": out("nvidia-smi-595-errors.xml")}, drives, H100, HOT_BOARD)
    made = {name.partition("{")[0] for outputs in runs for name in exposed(outputs)}
    pattern = r"\brigwright_(?:health|gpu|nvme|sata|zpool|zfs|sensor|fan|memory|pcie|drive)_\w+"
    named = {name for rule in rules().values() for name in re.findall(pattern, rule.expr)}
    assert len(named) > 40
    assert named - made == set()


def test_whatever_tools_print_the_file_can_be_read() -> None:
    """One line that Prometheus cannot read hides all others."""
    dice = random.Random(7)  # noqa: S311  no secret: the same noise every time
    for _ in range(100):
        outputs = {}
        for name, output in EVERYTHING.items():
            text = str(output["out"])
            start, end = sorted(dice.randrange(len(text) + 1) for _ in range(2))
            noise = "".join(dice.choice('{}[]"\\\n\t<>@:,0') for _ in range(dice.randrange(6)))
            outputs[name] = {**output, "out": text[:start] + noise + text[dice.choice((start, end)) :]}
        found = exposed(outputs)
        assert len([name for name in found if name.startswith("rigwright_health_collector_up")]) == 11


def test_labels_are_written_as_prometheus_reads_them() -> None:
    exposition = Exposition()
    exposition.add_sample(Family("rigwright_x", "X."), 1, name='a "b"\\c\nd')
    exposition.add_sample(Family("rigwright_y_total", "Y."), 1.5)
    assert exposition.text() == (
        '# HELP rigwright_x X.\n# TYPE rigwright_x gauge\nrigwright_x{name="a \\"b\\"\\\\c\\nd"} 1\n'
        "# HELP rigwright_y_total Y.\n# TYPE rigwright_y_total counter\nrigwright_y_total 1.5\n"
    )


def test_what_is_no_number_is_never_written() -> None:
    exposition = Exposition()
    exposition.add_value(Family("rigwright_x", "X."), NotSupported(), "r")
    assert exposition.text() == ""
    exposition.add_value(Family("rigwright_x", "X."), Failed("why"), "r")
    assert (
        exposition.text().splitlines()[-1]
        == 'rigwright_health_field_error{collector="r",metric="rigwright_x"} 1'
    )
    with pytest.raises(TypeError, match="no value"):
        exposition.add_sample(Family("rigwright_x", "X."), "text")


def run(folder: Path, memory: Path, *kinds: str) -> dict[str, float]:
    program = folder / "collect.pyz"
    program.write_bytes(archive("rigwright.health.collect"))
    environment = {**os.environ, "RIGWRIGHT_TEXTFILE_FOLDER": str(folder), "RUNTIME_DIRECTORY": str(memory)}
    subprocess.run([sys.executable, "-I", program, "5", *kinds], env=environment, check=True, timeout=60)
    return samples(textfile.Snapshot((folder / "rigwright_health.prom").read_text(), {}))


def test_the_program_exposes_this_machine_and_remembers(tmp_path: Path) -> None:
    memory = tmp_path / "memory"
    memory.mkdir()
    (memory / "memory.json").write_text("no memory")
    found = run(tmp_path, memory)
    assert found["rigwright_health_timestamp_seconds"] > NOW - 10**8
    assert {"gpu", "nvme", "sata"} == set(re.findall('kind="([a-z]+)"', " ".join(found)))
    kept = json.loads((memory / "memory.json").read_text())
    assert kept["now_seconds"] == found["rigwright_health_timestamp_seconds"]
    assert run(tmp_path, memory)["rigwright_health_timestamp_seconds"] > kept["now_seconds"]
    assert not list(tmp_path.glob("*.new"))


def test_without_a_node_exporter_it_leaves_nothing(tmp_path: Path) -> None:
    program = tmp_path / "collect.pyz"
    program.write_bytes(archive("rigwright.health.collect"))
    environment = {
        **os.environ,
        "RIGWRIGHT_TEXTFILE_FOLDER": str(tmp_path / "none"),
        "RUNTIME_DIRECTORY": str(tmp_path),
    }
    subprocess.run([sys.executable, "-I", program, "5"], env=environment, check=True, timeout=60)
    assert [path.name for path in tmp_path.iterdir()] == ["collect.pyz"]
