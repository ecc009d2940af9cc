"""From findings to the payload of one transaction. Pure: values in, bytes out."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import tarfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rigwright.compare.loads import needs
from rigwright.compare.paths import unwanted
from rigwright.compare.runtime_state import differs
from rigwright.desired import Activation, Desired, RuntimeState, Step, need, unrepresentable
from rigwright.finding import By, Finding
from rigwright.observed.manifest import Applied, manifest
from rigwright.observed.model import ObservedSubsystem

NOTHING = "-"
STRONGEST = ("restart", "reload", "none")
UNIT_FOLDERS = ("/etc/systemd/", "/lib/systemd/", "/usr/lib/systemd/")


@dataclass(frozen=True)
class Payload:
    """What travels to the host on standard input: base64 of a tar archive, and its SHA-256."""

    text: str
    sha256: str


def changed_paths(findings: Iterable[Finding]) -> set[str]:
    """The paths that a transaction must write or remove to fix these findings."""
    kinds = ("file.", "link.", "directory.")
    return {finding.where for finding in findings if finding.kind.startswith(kinds)}


def action(unit: str, activations: Sequence[Activation], changed: Iterable[str]) -> str:
    """The strongest of restart, reload and none that the changed paths need for a unit, once."""
    needed: set[str] = {need(unit, activations, path) for path in changed}
    return min({*needed, "none"}, key=STRONGEST.index)


def _plan(desired: Desired, own: ObservedSubsystem, changed: set[str]) -> list[tuple[str, ...]]:
    """Lines ``kind mode owner group target path``; directories come first, the outer before the inner."""
    rows: list[tuple[str, ...]] = [
        ("directory", f"{item.mode:o}", item.owner, item.group, NOTHING, item.path)
        for item in sorted(desired.directories, key=lambda item: item.path)
        if item.path in changed
    ]
    rows += [
        ("file", f"{file.mode:o}", file.owner, file.group, NOTHING, file.path)
        for file in desired.files
        if file.path in changed
    ]
    rows += [
        ("link", NOTHING, NOTHING, NOTHING, link.target, link.path)
        for link in desired.links
        if link.path in changed
    ]
    rows += [
        ("remove", NOTHING, NOTHING, NOTHING, NOTHING, path)
        for path in unwanted(desired, own)
        if path in changed and not unrepresentable(path)
    ]
    return rows


def _units(desired: Desired, own: ObservedSubsystem, changed: set[str]) -> list[tuple[str, ...]]:
    needed = needs(own)
    return [
        (
            unit.name,
            "enabled" if unit.enabled else "disabled",
            "active" if unit.active else "inactive",
            min(
                action(unit.name, desired.activations, changed),
                needed.get(unit.name, "none"),
                key=STRONGEST.index,
            ),
        )
        for unit in desired.units
    ]


def _dropped_units(desired: Desired, own: ObservedSubsystem) -> list[tuple[str, ...]]:
    """Units of the last apply that the settings dropped, such as those of an exporter: they are disabled."""
    declared = {unit.name for unit in desired.units}
    before = (own.applied or {}).get("units", ())
    return [(unit, "disabled", "inactive", "none") for unit in before if unit not in declared]


def _maybe_not_loaded(desired: Desired, findings: Iterable[Finding]) -> set[str]:
    """Matching paths that the running service may not have loaded; none of those that need a restart."""
    if not any(finding.kind == "probe.failed" for finding in findings):
        return set()
    units = {one.unit for one in desired.activations}
    return {
        path
        for path in desired.paths
        if all(need(unit, desired.activations, path) != "restart" for unit in units)
    }


def _table(rows: Iterable[Sequence[str]]) -> bytes:
    return "".join("\t".join(row) + "\n" for row in rows).encode()


def _scripts(folder: str, named: Iterable[tuple[str, str, int]]) -> dict[str, bytes]:
    """Commands in their order, each with its name and the seconds that it may take."""
    files: dict[str, bytes] = {}
    for number, (name, command, seconds) in enumerate(named):
        files[f"{folder}/{number:02}.sh"] = command.encode() + b"\n"
        files[f"{folder}/{number:02}.name"] = name.encode() + b"\n"
        files[f"{folder}/{number:02}.timeout"] = f"{seconds}\n".encode()
    return files


def _save(findings: Iterable[Finding], own: ObservedSubsystem) -> list[tuple[str]]:
    """Paths whose content Rigwright did not write: they are saved before they are replaced."""
    external = (
        one for one in findings if one.by is not By.REPOSITORY and one.kind.startswith(("file.", "link."))
    )
    paths = sorted({one.where for one in external if not unrepresentable(one.where)})
    return [(path,) for path in paths if path in own.paths and own.paths[path].kind in ("file", "link")]


def build(
    desired: Desired,
    own: ObservedSubsystem,
    findings: Sequence[Finding],
    applied: Applied,
) -> Payload:
    """The payload that fixes these findings of one subsystem.

    Args:
        desired: The desired state of the subsystem.
        own: The observed state.
        findings: What :func:`rigwright.compare.subsystem.compare` returned for the two.
        applied: Written into the host's manifest.
    """
    changed = changed_paths(findings)
    files = {
        **_tables(desired, own, findings),
        "confirm": f"{desired.confirm_seconds}\n".encode(),
        "manifest": json.dumps(manifest(desired, applied), indent=1).encode() + b"\n",
        **_scripts("checks", ((one.name, one.command, one.timeout_seconds) for one in desired.checks)),
        **_scripts("probes", ((one.name, one.command, one.timeout_seconds) for one in desired.probes)),
        **_steps(desired, own, findings),
        **{
            f"files{file.path}": file.content for file in desired.files if file.path in changed or file.secret
        },
    }
    return _pack(files)


def _tables(desired: Desired, own: ObservedSubsystem, findings: Sequence[Finding]) -> dict[str, bytes]:
    """The tables that the transaction reads line by line."""
    changed = changed_paths(findings)
    plan = _plan(desired, own, changed)
    reload_manager = any(path.startswith(UNIT_FOLDERS) for path in changed) or any(
        finding.kind == "unit.stale" for finding in findings
    )
    return {
        "plan": _table(plan),
        "tops": _table((top,) for top in sorted({"/" + row[-1].split("/")[1] for row in plan})),
        "units": _table(
            [
                *_dropped_units(desired, own),
                *_units(desired, own, changed | _maybe_not_loaded(desired, findings)),
            ]
        ),
        "unit-timeouts": _table((one.name, str(one.timeout_seconds)) for one in desired.units),
        "versions": _table(desired.versions),
        "secrets": _table((file.path,) for file in desired.files if file.secret),
        "save": _table(_save(findings, own)),
        "daemon-reload": b"yes\n" if reload_manager else b"no\n",
    }


def _steps(desired: Desired, own: ObservedSubsystem, findings: Sequence[Finding]) -> dict[str, bytes]:
    """Pending steps and remediations, by when they run."""
    pending = {finding.where for finding in findings if finding.kind == "step.pending"}
    steps = [step for step in desired.steps if step.name in pending]
    states = [state for state in desired.runtime_states if state.remediation and differs(state, own)]
    return {
        **_scripts(
            "steps/before",
            [
                *(_fix(state) for state in states if state.when == "before_check"),
                *(_created(step) for step in steps if step.when == "before_check"),
            ],
        ),
        **_scripts("steps/activated", (_fix(state) for state in states if state.when == "after_activation")),
        **_scripts("steps/after", (_created(step) for step in steps if step.when == "after_probe")),
    }


def _created(step: Step) -> tuple[str, str, int]:
    return step.name, step.command, step.timeout_seconds


def _fix(state: RuntimeState) -> tuple[str, str, int]:
    return state.name, _remediation(state), state.timeout_seconds


def _remediation(state: RuntimeState) -> str:
    """Its command, skipped where this change has started the unit that makes it unnecessary."""
    if not state.satisfied_by_restart_of:
        return state.remediation
    started = f'case " $RIGWRIGHT_STARTED " in *" {state.satisfied_by_restart_of} "*) exit ;; esac'
    return f"{started}\n{state.remediation}"


def _pack(files: dict[str, bytes]) -> Payload:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.GNU_FORMAT) as archive:
        for name, content in sorted(files.items()):
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            entry.mode = 0o600
            archive.addfile(entry, io.BytesIO(content))
    raw = buffer.getvalue()
    return Payload(base64.encodebytes(raw).decode(), hashlib.sha256(raw).hexdigest())
