"""Garbage from every tool: parse, judge and write never raise, and the file for Prometheus is always whole.

``RIGWRIGHT_FUZZ_SECONDS=600`` fuzzes that long for each test; the default run is a few seconds.
"""

from __future__ import annotations

import copy
import json
import os
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from facts.parsers import disk, gpu, nvme, snapshot, xid, zpool
from rigwright.health import survey, textfile
from rigwright.host.textfile_writer import write
from tests.support.health_metrics import ALL, EVERYTHING, samples, seen

SECONDS = float(os.environ.get("RIGWRIGHT_FUZZ_SECONDS", "0"))
FIXTURES = Path(__file__).parent / "fixtures"
LIMITS = settings(
    max_examples=1000 if SECONDS else 120,
    deadline=None,
    derandomize=not SECONDS,
    database=None,
    suppress_health_check=list(HealthCheck),
)
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
values = st.one_of(st.sampled_from(GARBAGE), st.text(max_size=8), st.integers(), st.floats())
SOURCES: dict[str, list[str]] = {
    "gpu": sorted(path.read_text() for path in FIXTURES.rglob("*.xml")),
    "xid": [(FIXTURES / "journal-xid.json").read_text(errors="replace")],
    "driver": ["580.95.05\n"],
    "library": ["/usr/lib/libnvidia-ml.so.580.95.05\n"],
    "nvme nvme0": [path.read_text() for path in sorted(FIXTURES.rglob("nvme-*.json"))],
    "nvme-id nvme0": [(FIXTURES / "nvme-id-ctrl.json").read_text()],
    "smart nvme0": [(FIXTURES / "smartctl-7.4-nvme.json").read_text()],
    "smart sda": [
        path.read_text()
        for pattern in ("smartctl-*.json", "sas-*.json", "raid-*.json", "ssd-*.json", "selftest-*.json")
        for path in sorted(FIXTURES.rglob(pattern))
    ],
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
def outputs(draw: st.DrawFn) -> tuple[str, str]:
    """One command's name, and what it printed: with values replaced, cut, or of other bytes."""
    name = draw(st.sampled_from(sorted(SOURCES)))
    text = draw(st.sampled_from(SOURCES[name]))
    document = parsed(text)
    if document is not None and draw(st.integers(0, 3)):
        for _ in range(draw(st.integers(1, 3))):
            path = draw(st.sampled_from(list(places(document))))
            document = replaced(document, path, draw(values))
        return name, dumped(document)
    start, end = sorted(draw(st.integers(0, len(text))) for _ in range(2))
    noise = draw(st.one_of(st.text(max_size=20), values.map(str_of)))
    return name, draw(st.sampled_from([noise, text[:start] + noise + text[end:], text[:start], text + noise]))


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
    snapshot = textfile.snapshot(found, ALL, {})
    path = folder / "rigwright_health.prom"
    path.unlink(missing_ok=True)
    write(str(path), snapshot.text, 0o644)
    written = samples(textfile.Snapshot(path.read_bytes().decode(), {}))
    assert [name for name in written if name.startswith("rigwright_health_timestamp_seconds")]


def test_no_output_of_a_tool_raises(tmp_path: Path) -> None:
    @LIMITS
    @given(
        changed=st.lists(outputs(), min_size=1, max_size=3), code=st.sampled_from([0, 1, 3, 4, 64, 216, 255])
    )
    def fuzz(changed: list[tuple[str, str]], code: int) -> None:
        every = {**EVERYTHING, **{name: {"code": code, "out": text, "err": ""} for name, text in changed}}
        judge_and_write(seen(every), tmp_path)

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


def test_no_bytes_raise_in_a_parser() -> None:
    @LIMITS
    @given(raw=st.binary(max_size=200))
    def fuzz(raw: bytes) -> None:
        for parse in (disk.parse, nvme.parse, nvme.parse_smartctl, gpu.parse, xid.parse, snapshot.parse):
            parse(raw)
        zpool.parse(raw, raw, raw)

    again(fuzz)
