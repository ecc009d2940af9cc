"""The document of ``nvidia-smi -q -x`` as one element for each card, whole or as far as it can be read.

Some drivers write a document that is not well-formed, and one that is cut off ends anywhere: each card is
then read by itself, up to where it breaks. Standard library only.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import islice
from typing import Any
from xml.etree import ElementTree as ET

from facts.parsers.gpu_messages import complaint
from facts.values import Failed, shown

ROOT = "nvidia_smi_log"
CARD = re.compile(r"<gpu\b[^>]*>.*?(?:</gpu>|(?=<gpu\b)|\Z)", re.DOTALL)
UNREAD = re.compile(
    r"<(supported_clocks|processes|accounted_processes)>(?:(?!</?gpu\b).)*?</\1>",
    re.DOTALL,
)
"""Parts that no fact reads: clocks that some drivers nest wrongly, and names of processes as they are."""
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
ATTACHED = re.compile(r"<attached_gpus>\s*(\d{1,3})\s*<")
VERSION = re.compile(r"<driver_version>([^<]*)</driver_version>")
ADDRESS = re.compile(r"[0-9A-Fa-f]{4,8}:[0-9A-Fa-f]{2}:[0-9A-Fa-f]{2}\.\d")
MAX_CARDS = 256
UNKNOWN = "unknown"
"""The address of a card that the document does not name."""


@dataclass(frozen=True)
class Card:
    """One card.

    Attributes:
        node: Its element.
        failed: Why a value that the element lacks is unknown; None where the element is whole.
    """

    node: ET.Element
    failed: Failed | None = None


@dataclass(frozen=True)
class Document:
    """The driver's version as it stands there, None where it does not, and the cards."""

    driver: str | None
    cards: tuple[Card, ...]


def read(printed: str, beside: str = "") -> Document | Failed:
    """The document in what nvidia-smi printed; a message instead of one is the error that it reports.

    Args:
        printed: Its standard output.
        beside: Its standard error, where a card that is gone may be named beside a document of the others.
    """
    clean = CONTROL.sub("?", printed.encode("utf-8", "replace").decode("utf-8"))
    if "<!ENTITY" in clean:
        return Failed("a document with entities, which nvidia-smi never writes")
    start, end = clean.find(f"<{ROOT}"), clean.rfind(f"</{ROOT}>")
    if start < 0:
        return complaint(printed)
    end = end + len(ROOT) + 3 if end > start else len(clean)
    body = UNREAD.sub("", clean[start:end])
    named = _named(f"{clean[:start]}\n{clean[end:]}\n{beside}")
    try:
        root = ET.fromstring(body)  # noqa: S314  entities are refused above
    except (ET.ParseError, ValueError) as error:
        failed = Failed(f"nvidia-smi printed a broken document: {shown(error)}")
        cards = _pieces(body, failed)
        version = VERSION.search(body)
        return Document(version[1] if version else None, (*cards, *named)) if cards else failed
    return Document(root.findtext("driver_version"), (*(Card(node) for node in root.iter("gpu")), *named))


def _named(outside: str) -> tuple[Card, ...]:
    """The card that a message beside the document reports as gone."""
    failed = complaint(outside)
    if failed.code not in ("lost", "needs_reset"):
        return ()
    address = ADDRESS.search(outside)
    return (_unknown(failed, address[0] if address else UNKNOWN),)


def _unknown(failed: Failed, address: str = UNKNOWN) -> Card:
    """A card of which nothing else is known."""
    return Card(ET.Element("gpu", id=address), failed)


def _pieces(body: str, failed: Failed) -> tuple[Card, ...]:
    """Every card by itself, and those that may follow where the document is cut off."""
    cards = tuple(_piece(match[0], failed) for match in islice(CARD.finditer(body), MAX_CARDS))
    attached = ATTACHED.search(body)
    ends_early = f"</{ROOT}>" not in body
    missing = int(attached[1]) - len(cards) if attached else int(ends_early)
    return (*cards, *(_unknown(failed) for _ in range(min(missing, MAX_CARDS))))


def _piece(text: str, failed: Failed) -> Card:
    """One card up to where its element breaks."""
    parser: Any = ET.XMLPullParser(events=("start",))
    node: ET.Element | None = None
    whole = False
    try:
        parser.feed(text)
        for _, element in parser.read_events():
            node = element if node is None else node
        parser.close()
        whole = True
    except (ET.ParseError, ValueError):
        pass
    if node is None:
        return _unknown(failed)
    return Card(node, None if whole else failed)
