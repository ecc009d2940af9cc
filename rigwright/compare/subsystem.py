"""What differs between what a host should be and what it is. Pure: two values in, findings out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rigwright.compare.held import held_sockets
from rigwright.compare.loads import load_findings
from rigwright.compare.paths import crowds, directories, file_findings, link_findings, unwanted_findings
from rigwright.compare.runtime_state import host_requirements, runtime_state_findings, unreadable
from rigwright.compare.view import View
from rigwright.desired import Activation, Desired, Unit
from rigwright.finding import By, Finding, Severity
from rigwright.observed.applied import AppliedSubsystem
from rigwright.observed.manifest import matches_manifest
from rigwright.observed.model import Observed, UnitState


def compare(host: str, desired: Desired, observed: Observed) -> list[Finding]:
    """Every difference of one subsystem, in the order in which apply fixes them."""
    view = View(host, desired, observed, observed.subsystems[desired.subsystem])
    found = [
        *host_requirements(view),
        *held_sockets(view),
        *_transaction(view),
        *_packages(view),
        *directories(view),
        *(finding for file in desired.files for finding in file_findings(view, file)),
        *(finding for link in desired.links for finding in link_findings(view, link)),
        *unwanted_findings(view),
        *crowds(view),
        *_steps(view),
        *_units(view),
        *runtime_state_findings(view),
    ]
    found += load_findings(view, found)
    # Where files or units differ, probes may fail for that reason, and fixing them writes the manifest.
    for later in (lambda: [*_probes(view), *unreadable(view)], lambda: _manifest(view)):
        if all(finding.kind.startswith(("step.", "load.")) for finding in found):
            found += later()
    return found


def retired(desired: Iterable[Desired], observed: Observed) -> list[Desired]:
    """The desired state of subsystems that the inventory dropped: no file, and their units off.

    A unit that is kept is reloaded without the files, and such a change needs the confirmation that any other
    change of the subsystem needs.
    """
    declared = {one.subsystem for one in desired}
    return [_retired(name, one) for name, one in sorted(observed.applied.items()) if name not in declared]


def _retired(name: str, applied: AppliedSubsystem) -> Desired:
    off = (
        Unit(unit, enabled=False, active=False) for unit in applied.units if unit not in applied.kept_units
    )
    return Desired(
        name,
        units=(*off, *(Unit(unit, keep_on_removal=True) for unit in applied.kept_units)),
        activations=tuple(Activation(unit) for unit in applied.kept_units),
        confirm_seconds=applied.confirm_seconds,
    )


def dropped(host: str, desired: Iterable[Desired], observed: Observed) -> list[Finding]:
    """A finding for each subsystem that the inventory dropped and the host still has, or may have."""
    known = [*desired]
    damaged = sorted({*observed.damaged} - {one.subsystem for one in known})
    return [
        *(_damaged(host, name) for name in damaged),
        *_still_there(host, known, observed),
    ]


def _damaged(host: str, name: str) -> Finding:
    """Without a manifest it is unknown what to remove, so an operator must do it."""
    summary = (
        f"{name} is not in the inventory, and its manifest on the host is damaged: "
        f"put it back into the inventory for one apply, or remove its files and "
        f"/var/lib/rigwright/manifests/{name}.json"
    )
    return Finding(host, name, "manifest.damaged", name, summary, Severity.ERROR)


def _still_there(host: str, desired: Iterable[Desired], observed: Observed) -> list[Finding]:
    return [
        Finding(
            host,
            one.subsystem,
            "subsystem.unwanted",
            one.subsystem,
            f"{one.subsystem} is not in the inventory, and its files are still on the host",
            by=By.REPOSITORY,
        )
        for one in retired(desired, observed)
    ]


def _transaction(view: View) -> Iterator[Finding]:
    if view.own.transaction and not view.whole.busy:
        yield view.finding(
            "transaction.interrupted",
            view.desired.subsystem,
            f"an earlier change was interrupted (state: {view.own.transaction}); the next apply recovers it",
            severity=Severity.ERROR,
            by=By.REPOSITORY,
        )


def _packages(view: View) -> Iterator[Finding]:
    for name in view.desired.packages:
        if name not in view.own.packages:
            by = view.origin(as_applied=name not in view.last.packages)
            yield view.finding("package.missing", name, f"package {name} is not installed", by=by)
    for name, version in view.desired.versions:
        installed = view.own.packages.get(name)
        if installed and not version_fits(installed, version):
            yield view.finding(
                "package.version",
                name,
                f"{name} is {installed}, the files are rendered for {version}",
                severity=Severity.ERROR,
                expected=version,
                actual=installed,
                by=view.origin(as_applied=(name, version) not in view.last.versions),
            )


def version_fits(installed: str, prefix: str) -> bool:
    """Whether a Debian version's upstream part is the prefix or continues it behind a non-digit."""
    upstream = installed.split(":", 1)[-1]
    return upstream.startswith(prefix) and not upstream[len(prefix) :][:1].isdigit()


def _steps(view: View) -> Iterator[Finding]:
    for step in view.desired.steps:
        code = view.own.steps.get(step.name)
        if code == 0:
            declared = {(one.name, one.only_if) for one in view.last.steps}
            by = view.origin(as_applied=(step.name, step.only_if) not in declared)
            yield view.finding("step.pending", step.name, f"the {step.name} is pending", by=by)
        elif code != 1:
            how = "timed out" if code is None else f"failed with exit code {code}"
            yield view.finding(
                "step.unknown", step.name, f"the check of the {step.name} {how}", severity=Severity.ERROR
            )


def _probes(view: View) -> Iterator[Finding]:
    """Files can match while the service runs with older ones: a reload that was lost or refused.

    A service under load may also just not respond in time; the summary claims no more than is known.
    """
    declared = {(one.name, one.command) for one in view.last.probes}
    for probe in view.desired.probes:
        code = view.own.probes.get(probe.name)
        if code != 0:
            how = "did not end in time" if code is None else "failed"
            yield view.finding(
                "probe.failed",
                probe.name,
                f"the probe of {probe.name} {how}: the service does not respond, "
                "or has not loaded the current files",
                severity=Severity.ERROR,
                by=view.origin(as_applied=(probe.name, probe.command) not in declared),
            )


def _manifest(view: View) -> Iterator[Finding]:
    """The nightly check and the removal of dropped settings rely on the manifest."""
    if not matches_manifest(view.desired, view.own.applied):
        yield view.finding(
            "manifest.stale",
            view.desired.subsystem,
            "the host matches, but its manifest is stale; run rig apply",
            by=By.REPOSITORY if view.own.applied else By.UNKNOWN,
        )


def _unmask(unit: Unit, state: UnitState) -> str:
    """The next step where a person has forbidden the unit, which apply does not take back."""
    return f": systemctl unmask {unit.name}, on the host" if state.enabled.startswith("masked") else ""


def _units(view: View) -> Iterator[Finding]:
    declared = {unit.name: unit for unit in view.last.units}
    for unit in view.desired.units:
        before = declared.get(unit.name)
        state = view.own.units.get(unit.name, UnitState("unknown", "unknown", "not-found", stale=False))
        enabled = state.enabled in ("enabled", "static", "alias", "indirect", "generated")
        if unit.enabled != enabled:
            wanted = "enabled" if unit.enabled else "disabled"
            yield view.finding(
                "unit.enabled",
                unit.name,
                f"{unit.name} is {state.enabled}, wanted {wanted}{_unmask(unit, state)}",
                expected=wanted,
                actual=state.enabled,
                by=view.origin(as_applied=not before or before.enabled == enabled),
            )
        active = state.active in ("active", "reloading")
        if unit.active != active:
            wanted = "active" if unit.active else "inactive"
            yield view.finding(
                "unit.state",
                unit.name,
                f"{unit.name} is {state.active}, wanted {wanted}",
                severity=Severity.ERROR,
                expected=wanted,
                actual=state.active,
                by=view.origin(as_applied=not before or before.active == active),
            )
        if state.stale:
            yield view.finding(
                "unit.stale",
                unit.name,
                f"systemd runs an older version of {unit.name}'s files",
                by=view.origin(as_applied=not before),
            )
