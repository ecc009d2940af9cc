"""What a host should be, in full: its settings with where each was written, and the files they become.

No secret is shown: neither a value that is one, nor a file that holds one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from rigwright.console import printable, style
from rigwright.desired import Desired, File
from rigwright.inventory.load import Host
from rigwright.report.document import Document
from rigwright.settings.origin import origin

DEFAULT = "default"
UNKNOWN = "the inventory"
"""Where a copy with other values was made from an object of settings."""


@dataclass(frozen=True)
class ShownSetting:
    """One setting.

    Attributes:
        setting: Its dotted path.
        value: As Python writes it; a secret by its name alone.
        source: ``default``, or the file and line that set it.
    """

    setting: str
    value: str
    source: str


@dataclass(frozen=True)
class ShownFile:
    """One file on the host.

    Attributes:
        path: Where it is.
        mode: Permission bits, octal.
        owner: Its user.
        group: Its group.
        secret: Whether it holds a secret.
        content: What it holds; null where it is secret, or no text.
    """

    path: str
    mode: str
    owner: str
    group: str
    secret: bool
    content: str | None


@dataclass(frozen=True)
class ShownSubsystem:
    """One subsystem of the host, or its machine.

    Attributes:
        name: Its name.
        settings: Each setting.
        packages: What is installed for it.
        units: Units of systemd that it runs or disables.
        needs: Subsystems without which it is not applied.
        files: What it writes.
    """

    name: str
    settings: tuple[ShownSetting, ...]
    packages: tuple[str, ...]
    units: tuple[str, ...]
    needs: tuple[str, ...]
    files: tuple[ShownFile, ...]


@dataclass(frozen=True, kw_only=True)
class ShowDocument(Document):
    """What one host should be.

    Attributes:
        name: Its name in the inventory.
        groups: The groups that it is in.
        subsystems: Each with its settings and files, in the order of apply.
    """

    name: str
    groups: tuple[str, ...]
    subsystems: tuple[ShownSubsystem, ...]


def shown(host: Host) -> tuple[ShownSubsystem, ...]:
    """All of a host: settings of the machine, then each subsystem in the order of apply."""
    own = {name: tuple(_settings(name, value)) for name, value in _fields(host.rig)}
    desired = {one.subsystem: one for one in host.rig.desired()}
    names = dict.fromkeys([*(name for name in own if name not in desired), *desired])
    return tuple(_subsystem(name, own.get(name, ()), desired.get(name)) for name in names)


def _fields(rig: object) -> Iterator[tuple[str, BaseModel]]:
    for name in type(rig).model_fields if isinstance(rig, BaseModel) else ():
        value = getattr(rig, name)
        if isinstance(value, BaseModel):
            yield name, value


def _subsystem(name: str, settings: tuple[ShownSetting, ...], desired: Desired | None) -> ShownSubsystem:
    if desired is None:
        return ShownSubsystem(name, settings, (), (), (), ())
    return ShownSubsystem(
        name,
        settings,
        desired.packages,
        tuple(unit.name for unit in desired.units),
        desired.requires,
        tuple(_file(file) for file in sorted(desired.files, key=lambda file: file.path)),
    )


def _file(file: File) -> ShownFile:
    return ShownFile(
        file.path,
        f"{file.mode:04o}",
        file.owner,
        file.group,
        file.secret,
        None if file.secret else _text(file),
    )


def _text(file: File) -> str | None:
    try:
        return None if b"\0" in file.content else file.content.decode()
    except UnicodeDecodeError:
        return None


def _settings(path: str, value: BaseModel, inherited: str | None = None) -> Iterator[ShownSetting]:
    """The settings of one object; ``inherited`` is where it came from, if it was not written itself."""
    made = origin(value)
    for name in type(value).model_fields:
        given = name in value.model_fields_set
        where = str(made.of(type(value).__name__, name)) if made else UNKNOWN
        source = inherited or (where if given else DEFAULT)
        yield from _setting(f"{path}.{name}", getattr(value, name), source)


def _setting(path: str, value: Any, source: str) -> Iterator[ShownSetting]:
    inherited = DEFAULT if source == DEFAULT else None
    if isinstance(value, BaseModel):
        yield from _settings(path, value, inherited)
    elif isinstance(value, (list, tuple)) and any(isinstance(one, BaseModel) for one in value):
        for number, one in enumerate(value):
            yield from _setting(f"{path}[{number}]", one, source)
    else:
        yield ShownSetting(path, repr(value), source)


def as_text(host: Host, chosen: Iterable[ShownSubsystem], *, files: bool) -> str:
    """The same for people.

    Args:
        host: Which host.
        chosen: Which subsystems of it.
        files: Whether the content of files is shown, or their names alone.
    """
    lines = [
        f"{style(host.name, 'bold')}  {host.rig.platform.os}  in {', '.join(dict.fromkeys(host.groups))}"
    ]
    for one in chosen:
        lines += ["", style(one.name, "bold"), *_rows(one.settings)]
        for title, names in (("needs", one.needs), ("packages", one.packages), ("units", one.units)):
            lines += [f"  {title}: {', '.join(names)}"] if names else []
        for file in one.files:
            lines += _of_file(file, content=files)
    return "\n".join(lines)


def _rows(settings: Iterable[ShownSetting]) -> Iterator[str]:
    for one in settings:
        dull = one.source == DEFAULT
        text = f"  {one.setting} = {printable(one.value)}"
        yield f"{style(text, 'dim') if dull else text}  {style(f'({one.source})', 'dim')}"


def _of_file(file: ShownFile, *, content: bool) -> Iterator[str]:
    note = (
        "  secret: not shown" if file.secret else "" if file.content is not None else "  no text: not shown"
    )
    yield style(f"  {file.path}  {file.mode} {file.owner}:{file.group}{note}", "blue")
    if content and file.content is not None:
        for line in file.content.splitlines():
            yield "      " + "\t".join(map(printable, line.split("\t")))
