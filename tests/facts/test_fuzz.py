"""Garbage from every tool: parse, judge, write and mask never raise, and the file is always whole.

``RIGWRIGHT_FUZZ_SECONDS=600`` fuzzes that long for each test, of which each tool has one; the default run is
a few seconds for all of them.
"""

from __future__ import annotations

import copy
import json
import os
import re
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from facts.parsers import (
    certificate,
    disk,
    drive_log,
    driver,
    edac,
    gpu,
    gpu_nvml,
    nvme,
    pcie,
    reboot,
    sensors,
    snapshot,
    xid,
    zpool,
)
from facts.tool_output import ToolOutput
from facts.values import plain
from rigwright.health import survey, textfile
from rigwright.health.cards import judged_cards
from rigwright.health.masking import masked
from rigwright.health.masks import Masks
from rigwright.host.textfile_writer import write
from tests.support import health
from tests.support.command import ROOT
from tests.support.health_metrics import ALL, EVERYTHING, samples, seen

SECONDS = float(os.environ.get("RIGWRIGHT_FUZZ_SECONDS", "0"))
FIXTURES = Path(__file__).parent / "fixtures"
LIMITS = settings(
    max_examples=500 if SECONDS else 25,
    deadline=None,
    derandomize=not SECONDS,
    database=None,
    suppress_health_check=list(HealthCheck),
)
MASKS = Masks(bytes(32))
GARBAGE: list[object] = [
    *(
        "",
        " ",
        "\ud800",
        'x\udfff\n"\\',
        "N/A",
        "[N/A]",
        "nan",
        "inf",
        "1e999",
        "-1",
        "0x1f",
        "9" * 330,
        "9" * 5000,
    ),
    *(None, True, False, 0, -1, 10**330, -(10**330), 2**128, 1.5, -0.0, 1e308, float("nan"), float("inf")),
    *([], {}, [[]], [None], {"": {}}, [{"id": []}], {"value": {}}),
]
FIELDS = re.compile(r"(?<=[:>=\t ])[^:<>=\t\n ]+(?=[<\t\n ]|$)", re.MULTILINE)
"""Values in text: of files of ``/sys``, of elements, of columns."""
values = st.one_of(st.sampled_from(GARBAGE), st.text(max_size=8), st.integers(), st.floats())
SOURCES: dict[str, list[str]] = {
    "gpu": sorted(path.read_text() for path in FIXTURES.rglob("*.xml")),
    "xid": [(FIXTURES / "journal-xid.json").read_text(errors="replace")],
    "driver": ["580.95.05\n"],
    "library": ["/usr/lib/libnvidia-ml.so.580.95.05\n"],
    "nvme nvme0": [path.read_text() for path in sorted(FIXTURES.rglob("nvme-*.json"))],
    "nvme-test nvme0": [(FIXTURES / "nvme-2.8-self-test-log.json").read_text()],
    "nvme-errors nvme0": [(FIXTURES / "nvme-2.8-error-log.json").read_text()],
    "nvme-id nvme0": [(FIXTURES / "nvme-id-ctrl.json").read_text()],
    "smart nvme0": [(FIXTURES / "smartctl-7.4-nvme.json").read_text()],
    "smart sda": [
        path.read_text()
        for pattern in ("smartctl-*.json", "sas-*.json", "raid-*.json", "ssd-*.json", "selftest-*.json")
        for path in sorted(FIXTURES.rglob(pattern))
    ],
    "sensors": [path.read_text() for path in sorted(FIXTURES.glob("board-sensors*.txt"))],
    "ecc": [path.read_text() for path in sorted(FIXTURES.glob("board-ecc*.txt"))],
    "pcie": [path.read_text() for path in sorted(FIXTURES.glob("board-pcie*.txt"))],
    "drive-log": [path.read_text() for path in sorted(FIXTURES.glob("journal-drives*.json"))],
    "units": ["nginx.service loaded failed failed A web server\n"],
    "system": ["running\n", "degraded\n"],
    "mount /": ["4096 1000 500 500 100 90\n"],
    "zed": ["active\n"],
    "zpool-status": [path.read_text() for path in sorted(FIXTURES.rglob("zpool-*"))],
    "zpool-list": ["tank\t1000\t500\t500\t3\t50\tONLINE\n"],
    "zpool-created": ["tank\t1700000000\n"],
    "snapshots": [(FIXTURES / "zfs-list-snapshots.txt").read_text()],
}
"""What each command really prints, by its name in a survey."""


def places(document: object, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The path of every value of a JSON document."""
    yield path
    items: Any = (
        document.items()
        if isinstance(document, dict)
        else enumerate(document)
        if isinstance(document, list)
        else ()
    )
    for key, one in items:
        yield from places(one, (*path, key))


def replaced(document: Any, path: tuple[Any, ...], value: object) -> Any:
    """The document with another value at a path; nothing above it is shared."""
    if not path:
        return value
    found = copy.copy(document)
    found[path[0]] = replaced(found[path[0]], path[1:], value)
    return found


def parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None


def dumped(document: object) -> str:
    """As a tool would print it, numbers of any length too."""
    return json.dumps(document, ensure_ascii=False)


@st.composite
def outputs(draw: st.DrawFn, name: str) -> str:
    """What a command printed: with values replaced, cut, or of other bytes; a log line by line."""
    text = draw(st.sampled_from(SOURCES[name]))
    document = parsed(text)
    if document is not None and draw(st.integers(0, 3)):
        for _ in range(draw(st.integers(1, 3))):
            path = draw(st.sampled_from(list(places(document))))
            document = replaced(document, path, draw(values))
        return dumped(document)
    lines = text.split("\n")
    number = draw(st.integers(0, len(lines) - 1))
    line = parsed(lines[number])
    if line is not None and draw(st.booleans()):
        changed = replaced(line, draw(st.sampled_from(list(places(line)))), draw(values))
        return "\n".join([*lines[:number], dumped(changed), *lines[number + 1 :]])
    if FIELDS.search(text) and draw(st.booleans()):
        found = draw(st.sampled_from(list(FIELDS.finditer(text))))
        return text[: found.start()] + draw(values.map(str_of)) + text[found.end() :]
    start, end = sorted(draw(st.integers(0, len(text))) for _ in range(2))
    noise = draw(st.one_of(st.text(max_size=20), values.map(str_of)))
    return draw(st.sampled_from([noise, text[:start] + noise + text[end:], text[:start], text + noise]))


def str_of(value: object) -> str:
    return value if isinstance(value, str) else "9" * 330 if isinstance(value, int) else repr(value)


def again(fuzz: Callable[[], None]) -> None:
    """Once; in the longer run over and over with other examples until the time is up."""
    end = time.monotonic() + SECONDS
    fuzz()
    while time.monotonic() < end:
        fuzz()


def judge_and_write(found: Mapping[str, object], folder: Path) -> None:
    """Everything that becomes of one survey; it must not raise, and the file must be there and readable."""
    for check in survey.judged(found):
        check.summary.encode()
        check.where.encode()
    for output in masked(found, MASKS)["outputs"].values():
        json.dumps(output).encode()
    snapshot = textfile.snapshot(found, ALL, {})
    path = folder / "rigwright_health.prom"
    path.unlink(missing_ok=True)
    write(str(path), snapshot.text, 0o644)
    written = samples(textfile.Snapshot(path.read_bytes().decode(), {}))
    assert [name for name in written if name.startswith("rigwright_health_timestamp_seconds")]


@pytest.mark.parametrize("name", SOURCES)
def test_no_output_of_a_tool_raises(name: str, tmp_path: Path) -> None:
    @LIMITS
    @given(text=outputs(name), code=st.sampled_from([0, 0, 0, 1, 3, 4, 64, 216, 255]))
    def fuzz(text: str, code: int) -> None:
        judge_and_write(seen({**EVERYTHING, name: {"code": code, "out": text, "err": ""}}), tmp_path)

    again(fuzz)


@pytest.mark.parametrize("key", ["meminfo", "arc", "reboot", "mounts", "gpus", "disks", "now_seconds"])
def test_no_other_part_of_a_survey_raises(key: str, tmp_path: Path) -> None:
    @LIMITS
    @given(data=st.data())
    def fuzz(data: st.DataObject) -> None:
        whole = {**health.seen(), **seen(EVERYTHING)}
        inside = [path for path in places(whole) if path and path[0] == key]
        judge_and_write(replaced(whole, data.draw(st.sampled_from(inside)), data.draw(values)), tmp_path)

    again(fuzz)


def test_no_survey_raises(tmp_path: Path) -> None:
    @LIMITS
    @given(data=st.data())
    def fuzz(data: st.DataObject) -> None:
        found = seen(EVERYTHING)
        for _ in range(data.draw(st.integers(1, 3))):
            path = data.draw(st.sampled_from([path for path in places(found) if path]))
            found = replaced(found, path, data.draw(values))
        judge_and_write(found, tmp_path)

    again(fuzz)


def parse_reboot(raw: bytes) -> object:
    words = raw.decode("utf-8", "replace")
    return reboot.parse(
        required=True,
        packages=words,
        running=words,
        images=words.split("-"),
        driver_loaded=words,
        driver_installed=words,
    )


PARSERS: dict[str, tuple[Callable[[bytes], object], ...]] = {
    "certificate": (lambda raw: certificate.parse(raw.decode("utf-8", "replace")),),
    "disk": (disk.parse,),
    "drive_log": (drive_log.parse,),
    "driver": (lambda raw: driver.parse(loaded=raw, on_disk=raw, library=raw),),
    "edac": (edac.parse,),
    "gpu": (gpu.parse,),
    "nvme": (nvme.parse, nvme.parse_smartctl, lambda raw: nvme.parse(raw, raw, printed(raw), printed(raw))),
    "pcie": (pcie.parse,),
    "reboot": (parse_reboot,),
    "sensors": (sensors.parse,),
    "snapshot": (snapshot.parse,),
    "xid": (xid.parse,),
    "zpool": (lambda raw: zpool.parse(raw, raw, raw),),
}


def printed(raw: bytes) -> ToolOutput:
    return ToolOutput(queried=True, code=0, out=raw.decode("utf-8", "replace"))


@pytest.mark.parametrize("name", PARSERS)
def test_no_bytes_raise_in_a_parser(name: str) -> None:
    @LIMITS
    @given(
        raw=st.one_of(st.binary(max_size=200), values.map(lambda one: str_of(one).encode("utf-8", "replace")))
    )
    def fuzz(raw: bytes) -> None:
        for parse in PARSERS[name]:
            plain(parse(raw))

    again(fuzz)


def test_every_parser_is_fuzzed() -> None:
    """Modules with a ``parse`` of their own; the others are parts of these."""
    sources = {path.stem: path.read_text() for path in (ROOT / "facts" / "parsers").glob("*.py")}
    assert {name for name, text in sources.items() if re.search(r"^def parse\(", text, re.MULTILINE)} == set(
        PARSERS
    )


class Library:
    """An NVML that returns anything, or refuses with any code."""

    def __init__(self, data: st.DataObject) -> None:
        self.data = data

    def __getattr__(self, name: str) -> Callable[..., object]:
        def call(*_: object) -> object:
            if name == "nvmlDeviceGetCount":
                return 1
            found = self.data.draw(values)
            if self.data.draw(st.integers(0, 3)) == 0:
                error = RuntimeError("refused")
                error.value = found  # type: ignore[attr-defined]  # as pynvml's errors have it
                raise error
            field = SimpleNamespace(
                nvmlReturn=0, valueType=found, value=SimpleNamespace(uiVal=found, ullVal=found)
            )
            return self.data.draw(st.sampled_from([found, [field], [found] * 4, SimpleNamespace(used=found)]))

        return call


def test_no_value_of_nvml_raises() -> None:
    @LIMITS
    @given(data=st.data())
    def fuzz(data: st.DataObject) -> None:
        found = gpu_nvml.read(Library(data)).gpus
        plain(found)
        for check in judged_cards(found, 1):
            check.summary.encode("utf-8", "replace")

    again(fuzz)
