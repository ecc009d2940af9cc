"""A first inventory as text, formatted as Ruff formats it, and ready to be loaded."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from rigwright.desired.render import environment
from rigwright.init.facts import DiskFacts, HostFacts

TEMPLATE = Path(__file__).with_name("inventory.py.j2")
WIDTH = 110
INDENT = 4
MIB, GIB = 2**20, 2**30
WHOLE_GIB_FROM = 16 * GIB
"""Less memory is written in MiB: the rest of a GiB counts there."""
UNITS = ((10**12, "TB"), (10**9, "GB"), (10**6, "MB"))
"""As makers count what a disk holds."""


@dataclass(frozen=True)
class Part:
    """A subsystem that the inventory gets.

    Attributes:
        name: Its field of ``Rig``.
        settings: The class of its settings, in ``deploys.<name>.settings``.
        arguments: What is written between its brackets.
    """

    name: str
    settings: str
    arguments: tuple[str, ...] = ()


@dataclass(frozen=True)
class LeftOut:
    """A subsystem that the inventory does not get, and what would have to be known or done for it."""

    name: str
    why: str


@dataclass(frozen=True)
class Address:
    """How the host is reached, as ``ssh_host()`` takes it; None for what is at its default."""

    address: str
    user: str
    port: int | None = None
    key: str | None = None
    known_hosts: str | None = None


def inventory(
    title: str,
    facts: HostFacts,
    address: Address,
    *,
    parts: Sequence[Part],
    left_out: Sequence[LeftOut],
    notes: Sequence[str] = (),
) -> str:
    """The file.

    Args:
        title: Where it comes from, without a full stop.
        facts: The host; what is unknown is left out.
        address: How it is reached.
        parts: Its subsystems, in the order in which they are applied.
        left_out: Those that a comment stands for.
        notes: Comments above all else in the machine.
    """
    template = environment(TEMPLATE.parent).get_template(TEMPLATE.name)
    return template.render(
        title=title,
        imports=_imports(facts, parts),
        machine=[*comments(notes), *_machine(facts)],
        parts=[*_parts(parts), *comments(f"{one.name}: {one.why}" for one in left_out)],
        host=_host(facts.name, address),
    )


def quoted(text: str) -> str:
    """The text as a string of Python, in ASCII."""
    return json.dumps(text)


def comments(texts: Iterable[str]) -> list[str]:
    """Comments inside a call, none of them wider than a line."""
    lines = (textwrap.wrap(text, WIDTH - INDENT - len("# ")) for text in texts)
    return [f"# {line}" for some in lines for line in some]


def call(prefix: str, name: str, arguments: Sequence[str], depth: int) -> str:
    """A call that is an argument itself: on one line where that fits, else one argument to a line."""
    return _bracketed(f"{prefix}{name}(", arguments, ")", depth) + ","


def listing(prefix: str, values: Sequence[str]) -> str:
    """An argument of a subsystem's settings that is a list."""
    return _bracketed(f"{prefix}[", values, "]", 2 * INDENT)


def _bracketed(opening: str, values: Sequence[str], closing: str, depth: int) -> str:
    one_line = f"{opening}{', '.join(values)}{closing}"
    if depth + len(f"{one_line},") <= WIDTH and "\n" not in one_line:
        return one_line
    inner, outer = " " * (depth + INDENT), " " * depth
    return "\n".join([opening, *(f"{inner}{one}," for one in values), f"{outer}{closing}"])


def disk_size(size_bytes: int) -> str:
    """A disk's size as its maker writes it, such as ``1.92TB``."""
    for unit, name in UNITS:
        if size_bytes >= unit:
            return f"{float(f'{size_bytes / unit:.3g}'):g}{name}"
    return f"{size_bytes}B"


def memory_size(memory_bytes: int) -> str:
    """Memory, never more than there is."""
    if memory_bytes >= WHOLE_GIB_FROM:
        return f"{memory_bytes // GIB}GiB"
    return f"{memory_bytes // MIB}MiB"


def _imports(facts: HostFacts, parts: Sequence[Part]) -> list[str]:
    host = ["Machine", "Rig"]
    if any(disk.id for disk in facts.disks):
        host.insert(0, "Disk")
    lines = [f"from deploys.{part.name}.settings import {part.settings}" for part in parts]
    lines.append(f"from deploys.rig import {', '.join(host)}")
    return [*sorted(lines, key=lambda line: line.split()[1]), "from rigwright.inventory.load import ssh_host"]


def _machine(facts: HostFacts) -> Iterator[str]:
    yield f"os={quoted(facts.os)},"
    yield (
        f"cpu_threads={facts.cpu_threads},"
        if facts.cpu_threads
        else "# How many threads its CPU has is unknown."
    )
    memory = facts.memory_bytes
    yield f"memory={quoted(memory_size(memory))}," if memory else "# How much memory it has is unknown."
    named = [disk for disk in facts.disks if disk.id]
    if named:
        yield "disks=["
        for disk in named:
            yield " " * INDENT + _disk(disk)
        yield "],"
    if not facts.disks:
        yield "# No disk was found."
    for disk in facts.disks:
        if not disk.id:
            size = disk_size(disk.size_bytes)
            yield f"# {disk.name} ({size}) has no name in /dev/disk/by-id, and is left out."
    if facts.gpus:
        yield f"gpus=[{', '.join(map(quoted, sorted(set(facts.gpus))))}],"


def _disk(disk: DiskFacts) -> str:
    values = (
        f"id={quoted(disk.id)}",
        f"size={quoted(disk_size(disk.size_bytes))}",
        f"role={quoted(disk.role)}",
    )
    return call("", "Disk", values, 2 * INDENT)


def _parts(parts: Sequence[Part]) -> list[str]:
    return [call(f"{part.name}=", part.settings, part.arguments, INDENT) for part in parts]


def _host(name: str, address: Address) -> list[str]:
    arguments = [quoted(name), "_rig", f"address={quoted(address.address)}", f"user={quoted(address.user)}"]
    if address.port:
        arguments.append(f"port={address.port}")
    if address.key:
        arguments.append(f"key={quoted(address.key)}")
    if address.known_hosts:
        arguments.append(f"known_hosts={quoted(address.known_hosts)}")
    return [call("", "ssh_host", arguments, INDENT)]
