"""Shares and limits of units: ``placement.py show|set [UNIT PROPERTY VALUE]...``.

``show`` prints {"UNIT PROPERTY": VALUE} as systemd prints it, for a running unit with the kernel's own value
where it holds one: anything of root may write to the unit's control group. A unit that does not exist yet has
nothing to be placed and its drop-in waits for it: ``show`` prints the expected value, ``set`` passes it over.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator

GROUPS = "/sys/fs/cgroup"
CONTROL = "/run/systemd/system.control"
US = 1_000_000


def memory(text: str) -> str:
    """A limit of memory."""
    return "infinity" if text == "max" else text


def share(text: str) -> str:
    """A share, for each device that has one of its own as well: ``default 100``, then ``8:0 50``."""
    first, *others = text.splitlines() or [""]
    return ", ".join((first.removeprefix("default "), *others))


def cpus(text: str) -> str:
    """Ranges of CPUs."""
    return text.replace(",", " ")


def quota(text: str) -> str:
    """Time of CPUs in each second, of ``QUOTA PERIOD`` in microseconds."""
    most, period = text.split()
    return "infinity" if most == "max" else time_span(int(most) * US // int(period))


def time_span(microseconds: int) -> str:
    """As systemd writes it: ``500ms``, ``2.500000s``, ``1min 4.500000s``, ``2h 5min``."""
    seconds, rest = divmod(microseconds, US)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    words = [f"{hours}h"] * bool(hours) + [f"{minutes}min"] * bool(minutes)
    if rest and not (words or seconds):
        return f"{rest // 1000}ms"
    last = f"{seconds}.{rest:06}s" if rest else f"{seconds}s"
    return " ".join([*words, *([last] if seconds or rest else [])])


KERNEL: dict[str, tuple[str, Callable[[str], str]]] = {
    "AllowedCPUs": ("cpuset.cpus", cpus),
    "CPUWeight": ("cpu.weight", share),
    "IOWeight": ("io.weight", share),
    "MemoryHigh": ("memory.high", memory),
    "MemoryMax": ("memory.max", memory),
    "CPUQuotaPerSecUSec": ("cpu.max", quota),
}
"""The file of each property in a control group, and how systemd prints what it holds."""


def shown(names: list[str], unit: str) -> dict[str, str]:
    """Properties of a unit as systemd has them; empty where systemd does not answer."""
    command = ["systemctl", "show", "-p", ",".join(names), unit]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return {name: value for name, _, value in (row.partition("=") for row in done.stdout.splitlines())}


def read(path: str) -> str:
    """A file of a control group, empty where it has no such controller."""
    try:
        with open(path) as file:
            return file.read().strip()
    except OSError:
        return ""


def held(group: str, name: str) -> str:
    """What the kernel holds for a control group; empty where it has no such controller, or nothing runs."""
    file, printed = KERNEL[name]
    path = f"{GROUPS}{group}/{file}"
    if not group or not os.path.exists(path):
        return ""
    text = read(path)
    try:
        return printed(text) or "none"
    except (ValueError, ZeroDivisionError):
        return text


def show(triples: list[tuple[str, str, str]]) -> Iterator[tuple[str, str]]:
    """The value of each property of each unit."""
    for unit in dict.fromkeys(unit for unit, _, _ in triples):
        wanted = {name: value for one, name, value in triples if one == unit}
        found = shown(["LoadState", "ControlGroup", *wanted], unit)
        for name, value in wanted.items():
            systemd = value if found.get("LoadState") == "not-found" else found.get(name, "")
            yield f"{unit} {name}", held(found.get("ControlGroup", ""), name) or systemd


def place(triples: list[tuple[str, str, str]]) -> None:
    """The kernel has the values at once. The file that keeps each goes again: the drop-in has the same."""
    for unit, name, value in triples:
        found = shown(["LoadState", "ControlGroup"], unit)
        if found.get("LoadState") == "not-found":
            continue
        subprocess.run(["systemctl", "set-property", "--runtime", unit, f"{name}={value}"], check=True)
        with contextlib.suppress(OSError):
            os.remove(f"{CONTROL}/{unit}.d/50-{name}.conf")
        if name == "IOWeight":
            without_devices(f"{GROUPS}{found.get('ControlGroup', '')}/io.weight")
    subprocess.run(["systemctl", "daemon-reload"], check=True)


def without_devices(path: str) -> None:
    """Every device by the share of the group."""
    for row in read(path).splitlines()[1:]:
        with contextlib.suppress(OSError), open(path, "w") as file:
            file.write(f"{row.split()[0]} default")


def main(action: str, *words: str) -> None:
    """Show or set."""
    triples = list(zip(words[::3], words[1::3], words[2::3], strict=True))
    if action == "show":
        print(json.dumps(dict(show(triples))))
    else:
        place(triples)


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except subprocess.CalledProcessError as error:
        sys.exit(f"{' '.join(error.cmd)}: exit code {error.returncode}")
