"""Reads a QR code of version 5 and error correction Q that holds letters and digits (ISO/IEC 18004:2015).

It shares nothing with what draws the code, and corrects no errors: the code must be perfect.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from xml.etree.ElementTree import Element

SIDE = 37
LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
BLOCKS = (15, 15, 16, 16)
"""Data codewords of each block (table 9)."""
Modules = Sequence[Sequence[bool]]
MASKS: tuple[Callable[[int, int], int], ...] = (
    lambda y, x: (y + x) % 2,
    lambda y, _: y % 2,
    lambda _, x: x % 3,
    lambda y, x: (y + x) % 3,
    lambda y, x: (y // 2 + x // 3) % 2,
    lambda y, x: y * x % 2 + y * x % 3,
    lambda y, x: (y * x % 2 + y * x % 3) % 2,
    lambda y, x: ((y + x) % 2 + y * x % 3) % 2,
)
"""Table 10."""


def from_text(lines: Sequence[str]) -> list[list[bool]]:
    """The modules of a code that was drawn with half blocks, without the quiet zone."""
    rows = []
    for line in lines:
        rows += [[char in "▀█" for char in line], [char in "▄█" for char in line]]
    rows = [row for row in rows if any(row)]
    left = min(row.index(True) for row in rows)
    return [row[left : left + SIDE] for row in rows]


def decode(modules: Modules) -> str:
    """The text of a code."""
    assert (len(modules), len(modules[0])) == (SIDE, SIDE)
    # The five bits of the format are masked with 10101 (7.9): two of the level, three of the mask.
    format_bits = sum(modules[8][x] << (4 - x) for x in range(5)) ^ 0b10101
    assert format_bits >> 3 == 0b11, "not level Q"
    mask = MASKS[format_bits & 7]
    bits = [modules[y][x] ^ (mask(y, x) == 0) for y, x in _order()]
    words = [int("".join(str(int(bit)) for bit in bits[at : at + 8]), 2) for at in range(0, len(bits) - 7, 8)]
    return _alphanumeric("".join(f"{word:08b}" for word in _apart(words)))


def _order() -> Iterator[tuple[int, int]]:
    """The modules with data, in the order in which bits are placed (7.7.3)."""
    upwards = True
    for right in (*range(SIDE - 1, 6, -2), 5, 3, 1):
        for y in range(SIDE - 1, -1, -1) if upwards else range(SIDE):
            yield from ((y, x) for x in (right, right - 1) if not _function(y, x))
        upwards = not upwards


def _function(y: int, x: int) -> bool:
    """Finders with the format beside them, timing, and the one alignment pattern, around (30, 30)."""
    finder = (y < 9 and (x < 9 or x >= SIDE - 8)) or (y >= SIDE - 8 and x < 9)
    return finder or 6 in (y, x) or (28 <= y <= 32 and 28 <= x <= 32)


def _apart(words: Sequence[int]) -> list[int]:
    """The data of the blocks one after the other; they are interleaved (7.6)."""
    blocks: list[list[int]] = [[] for _ in BLOCKS]
    left = iter(words)
    for place in range(max(BLOCKS)):
        for block, size in zip(blocks, BLOCKS, strict=True):
            if place < size:
                block.append(next(left))
    return [word for block in blocks for word in block]


def _alphanumeric(bits: str) -> str:
    assert bits[:4] == "0010", "not alphanumeric"
    count = int(bits[4:13], 2)
    text, at = "", 13
    while len(text) + 1 < count:
        pair = int(bits[at : at + 11], 2)
        text += LETTERS[pair // 45] + LETTERS[pair % 45]
        at += 11
    return text + (LETTERS[int(bits[at : at + 6], 2)] if len(text) < count else "")


def from_svg(drawing: Element) -> list[list[bool]]:
    """The modules of a code that is drawn as strokes of one module's height, without the quiet zone."""
    dark: set[tuple[int, int]] = set()
    stroke = next(one for one in drawing.iter() if one.get("class") == "qrline")
    x = y = 0.0
    for verb, numbers in re.findall(r"([MmhHvV])([-\d. ]+)", stroke.get("d") or ""):
        values = [float(number) for number in re.findall(r"-?[\d.]+", numbers)]
        if verb == "h":
            dark |= {(int(y), int(x) + step) for step in range(int(values[0]))}
            x += values[0]
        else:
            x, y = (values[0], values[1]) if verb == "M" else (x + values[0], y + values[1])
    top, left = min(row for row, _ in dark), min(column for _, column in dark)
    return [[(row + top, column + left) in dark for column in range(SIDE)] for row in range(SIDE)]
