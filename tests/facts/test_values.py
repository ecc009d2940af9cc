"""Whatever a tool prints, every fact is a value, not supported, or an error: no exception, no zero."""

from __future__ import annotations

import dataclasses
import json
import random
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from facts.parsers import disk, gpu, nvme, reboot, xid, zpool
from facts.values import Failed, NotSupported, count, document, figure, plain, text, yes

FIXTURES = Path(__file__).parent / "fixtures"
PARSERS: dict[str, Callable[[bytes], object]] = {
    "disk": disk.parse,
    "gpu": gpu.parse,
    "nvme": lambda raw: nvme.parse(raw, raw),
    "nvme by smartctl": nvme.parse_smartctl,
    "xid": xid.parse,
    "zpool": lambda raw: zpool.parse(raw, raw),
    "reboot": lambda raw: reboot.parse(
        required=False,
        packages=raw,
        running=raw,
        images=raw.decode("utf-8", "replace").splitlines(),
        driver_loaded=raw,
        driver_installed=raw,
    ),
}
ROUNDS = 60
ODD = (
    b"",
    b"\0",
    b"\xff\xfe",
    b"{}",
    b"[]",
    b"null",
    b"1e999",
    b'{"critical_warning":1e400,"temperature":[],"mn":{}}',
    b'{"critical_warning":true,"power_on_hours":"' + b"9" * 6000 + b'"}',
    b'{"smartctl":{"exit_status":"x","messages":[1]},"smart_status":{"passed":"no"}}',
    b'{"smartctl":{"messages":{"a":1}},"ata_smart_attributes":{"table":[null,{"id":5},{"id":"x"}]}}',
    b'{"smartctl":[],"smart_status":[],"ata_smart_attributes":{"table":{"id":5}},"temperature":1}',
    b'{"pools":{"a":1,"b":{"vdevs":{"b":{"vdevs":{"c":1}}},"scan_stats":[]}}}',
    b'{"pools":[]}',
    b'{"MESSAGE":[1,2,"x",-1,256],"__REALTIME_TIMESTAMP":"-1"}',
    b'{"MESSAGE":"NVRM: Xid (PCI:0000:01:00): 79","__REALTIME_TIMESTAMP":"99999999999999999999"}',
    b"[" * 100_000,
    b'{"a":' * 100_000,
    b"<nvidia_smi_log>" + b"<gpu>" * 20_000,
    b"<nvidia_smi_log/>",
    b'<!DOCTYPE x [<!ENTITY a "b">]><nvidia_smi_log>&a;</nvidia_smi_log>',
    b"<nvidia_smi_log><gpu/></nvidia_smi_log>",
    b"  pool: a\n state\nconfig:\n\ta b c\n\tx y 1 2\nerrors: \n  pool:\n  pool: b",
    b"a\tb\n",
)


def leaves(found: object) -> Iterator[object]:
    """Every value of a fact, however deep."""
    if isinstance(found, (NotSupported, Failed)) or not dataclasses.is_dataclass(found):
        if isinstance(found, tuple):
            for one in found:
                yield from leaves(one)
        else:
            yield found
        return
    for field in dataclasses.fields(found):
        yield from leaves(getattr(found, field.name))


def broken(raw: bytes, chance: random.Random) -> bytes:
    """A file with bytes changed, cut out, or doubled."""
    found = bytearray(raw)
    for _ in range(chance.randint(1, 8)):
        place = chance.randrange(len(found) or 1)
        match chance.randrange(4):
            case 0:
                found[place : place + 1] = bytes([chance.randrange(256)])
            case 1:
                del found[place : place + chance.randint(1, 200)]
            case 2:
                found[place:place] = found[place : place + chance.randint(1, 60)]
            case _:
                found[place:place] = chance.choice([b'"', b"{", b"[", b"<", b"-", b"1e999", b"null", b"NaN"])
    return bytes(found)


@pytest.mark.parametrize("name", PARSERS)
def test_any_bytes_give_a_fact_and_no_exception(name: str) -> None:
    chance = random.Random(name)  # noqa: S311  the same bytes in every run
    files = [path.read_bytes() for path in sorted(one for one in FIXTURES.rglob("*") if one.is_file())]
    noise = [chance.randbytes(chance.randint(1, 300)) for _ in range(ROUNDS)]
    damaged = [broken(raw, chance) for raw in files for _ in range(ROUNDS // 6)]
    for raw in (*ODD, *files, *noise, *damaged):
        found = PARSERS[name](raw)
        json.dumps(plain(found), allow_nan=False)


@pytest.mark.parametrize("name", ["disk", "gpu", "nvme", "nvme by smartctl"])
@pytest.mark.parametrize("raw", [b"", b"garbage", b"{", b"[]", b"\xff\x00", b"[" * 100_000])
def test_garbage_is_an_error_and_never_a_value(name: str, raw: bytes) -> None:
    values = list(leaves(PARSERS[name](raw)))
    assert values
    assert any(isinstance(one, Failed) for one in values)
    assert all(isinstance(one, (Failed, NotSupported)) for one in values)


@pytest.mark.parametrize("raw", ["N/A", "[N/A]", "[Not Supported]", "", None, "-"])
def test_what_a_device_does_not_have_is_not_supported(raw: str | None) -> None:
    assert figure(raw) == count(raw) == text(raw) == yes(raw, ("y",), ("n",)) == NotSupported()


@pytest.mark.parametrize(
    "raw", ["Unknown Error", "ERR!", "1.2.3", "nan", "inf", "1e999", "12 parsec", True, [], {}, float("nan")]
)
def test_what_is_no_number_is_an_error(raw: object) -> None:
    assert isinstance(figure(raw), Failed)
    assert isinstance(count(raw), Failed)


def test_numbers_are_read_in_every_form_that_tools_write() -> None:
    assert [count(raw) for raw in (7, 7.0, "7", "7.0", " 7 ", "7e3")] == [7, 7, 7, 7, 7, 7000]
    assert count("340282366920938463463374607431768211455") == 2**128 - 1, "128 bits stay exact"
    assert figure("45 C", {"C": 1.0}) == 45.0
    assert count("512 MiB", {"MiB": 2.0**20}) == 2**29
    assert isinstance(count("-1"), Failed), "no counter is negative"
    assert figure("-2 C", {"C": 1.0}) == -2.0


def test_absence_and_error_stay_apart_from_every_value_in_json() -> None:
    assert plain((NotSupported(), Failed("x", "lost"), 0, None)) == [
        {"not_supported": True},
        {"error": "x", "code": "lost"},
        0,
        None,
    ]
    assert isinstance(document("[1]"), Failed)
