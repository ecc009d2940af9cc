"""Recordings for bug reports: judged as the host was, and without what identifies it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from rigwright.cli import cli
from rigwright.errors import RigError
from rigwright.health import recording, textfile
from rigwright.health.masks import Masks
from rigwright.health.survey import judged
from tests.support.recorded import CASES, case_host, fixture_host

HOSTS = {**{name: case_host(name) for name in CASES}, "fixtures": fixture_host()}
KEY = Masks(b"a key of the tests")


def through(folder: Path, host: Mapping[str, Any]) -> Mapping[str, object]:
    """The host out of its recording."""
    recording.record(folder, [host], KEY)
    ((_, seen),) = recording.replay(folder)
    return seen


def verdicts(seen: Mapping[str, object]) -> list[tuple[str, str]]:
    return sorted((check.area, check.verdict.value) for check in judged(seen))


def values(seen: Mapping[str, object]) -> list[tuple[str, str]]:
    """The samples without their labels' values, which a recording masks."""
    text = textfile.snapshot(seen, frozenset(textfile.COLLECTORS), {}).text
    rows = [line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#")]
    return sorted((re.sub(r'"[^"]*"', '""', name), value) for name, value in rows)


@pytest.mark.parametrize("name", HOSTS)
def test_a_recording_is_judged_and_measured_as_its_host(name: str, tmp_path: Path) -> None:
    seen = through(tmp_path / "recording", HOSTS[name])
    assert verdicts(seen) == verdicts(HOSTS[name])
    assert values(seen) == values(HOSTS[name])


STATUS = """
  pool: canarytank
 state: ONLINE
config:

\tNAME  STATE  READ WRITE CKSUM
\tcanarytank  ONLINE  0 0 0
\t  ata-SAMSUNG_S3CANARY0042-part1  ONLINE  0 0 0

errors: Permanent errors have been detected in the following files:

        /srv/canarycustomer/db.sql
"""
CARD = """<gpu><serial>1650CANARY1</serial><uuid>GPU-4404041a-04cf-1ccf-9e70-f139a9b1e23c</uuid>
<process_name>/home/canaryuser/train</process_name></gpu>"""
ENTRY = {
    "_HOSTNAME": "canaryhost",
    "_MACHINE_ID": "0123456789abcdef0123456789abcdef",
    "__REALTIME_TIMESTAMP": "1790000000000000",
    "MESSAGE": "NVRM: Xid (PCI:0000:01:00): 13, pid=1, name=canaryprog, at 10.20.30.40",
}
DISK = {"serial_number": "S3CANARY0042", "wwn": {"naa": 5, "oui": 9528, "id": 61946251337}}
IDENTIFYING = {
    "smart sda": json.dumps(DISK),
    "nvme-id nvme0": '{"sn" : "CANARY7788X", "subnqn":"nqn.1994-11.com.canary:x1"}',
    "gpu": CARD,
    "zpool-status": STATUS,
    "zpool-created": "canarytank\t1700000000\n",
    "mount /srv/canarycustomer": "4096 1 1 1 1 1",
    "units": "canaryshop.service loaded failed failed Shop of the Canary",
    "xid": json.dumps(ENTRY),
    "smart sdb": "the disk S3CANARY0042 of 192.0.2.77, 2001:db8::77, 52:54:00:ca:fe:01",
}
CANARIES = (
    *("canary", "61946251337", "4404041a", "192.0.2.77", "2001:db8::77", "52:54:00", "10.20.30.40"),
    "0123456789abcdef",
)


def test_nothing_that_identifies_a_host_stands_in_its_recording(tmp_path: Path) -> None:
    outputs = {name: {"code": 0, "out": text, "err": ""} for name, text in IDENTIFYING.items()}
    host = {"now_seconds": 1.0, "mounts": [{"path": "/srv/canarycustomer"}], "outputs": outputs}
    recording.record(tmp_path / "one", [host])
    files = [path for path in (tmp_path / "one").rglob("*") if path.is_file()]
    kept = "\n".join(f"{path}\n{path.read_text()}" for path in files)
    assert len(files) > len(IDENTIFYING)
    assert [one for one in CANARIES if one in kept.lower()] == []
    assert {path.stat().st_mode & 0o777 for path in files} == {0o600}
    assert "Xid (PCI:0000:01:00): 13" in kept


def test_one_identifier_has_one_mask_in_all_files() -> None:
    masks = Masks()
    assert masks.of("S3CANARY0042") == masks.of("S3CANARY0042") != masks.of("S3CANARY0043")
    assert re.fullmatch(r"[A-Z]\d[A-Z]{6}00\d\d", masks.of("S3CANARY0042"))
    assert masks.everywhere("of S3CANARY0042.") == f"of {masks.of('S3CANARY0042')}."
    assert Masks().of("S3CANARY0042") != masks.of("S3CANARY0042")


def test_a_folder_with_files_is_refused_before_a_host_is_queried(tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("")
    with pytest.raises(RigError, match="has files already"):
        recording.check(tmp_path)


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"outputs": []}', "\udcff"])
def test_a_damaged_recording_names_the_file(content: str, tmp_path: Path) -> None:
    (tmp_path / "host-1").mkdir()
    (tmp_path / "host-1" / "survey.json").write_bytes(content.encode("utf-8", "surrogateescape"))
    with pytest.raises(RigError) as refused:
        recording.replay(tmp_path)
    assert str(refused.value.file).endswith("host-1/survey.json")


def test_a_recording_names_no_file_outside_itself(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("canary")
    (tmp_path / "host-1").mkdir()
    outputs = {"gpu": {"code": 0, "out": {"file": "../secret"}}}
    (tmp_path / "host-1" / "survey.json").write_text(json.dumps({"outputs": outputs}))
    with pytest.raises(RigError, match="No such file"):
        recording.replay(tmp_path)


def test_the_command_replays_a_recording_with_the_host_s_exit_code(tmp_path: Path) -> None:
    recording.record(tmp_path / "lost", [case_host("gpu-lost-in-elements.xml")])
    called = ["health", "--replay", str(tmp_path / "lost")]
    shown, metrics = (
        CliRunner().invoke(cli, [*called, option], standalone_mode=False)
        for option in ("--json", "--metrics")
    )
    (entry,) = json.loads(shown.stdout)["hosts"]
    assert "critical" in {check["verdict"] for check in entry["checks"] if check["area"] == "gpu"}
    assert "rigwright_gpu_lost 1" in metrics.stdout
    assert shown.return_value == metrics.return_value != 0
