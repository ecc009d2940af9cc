"""Reboots for people and for programs. Renderers only: they decide nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rigwright.console import printable, style
from rigwright.drift.survey import Surveyed
from rigwright.errors import Exit, RigError
from rigwright.reboot import decide
from rigwright.reboot.carry_out import Rebooted
from rigwright.reboot.document import HostReboot, RebootDocument
from rigwright.reboot.survey import RebootReport
from rigwright.report import document, terminal


def before(reports: Sequence[RebootReport], *, always: bool) -> str:
    """Why each host needs a reboot, what blocks it, and what would be drained first."""
    return "\n".join(line for one in reports for line in _before(one, always=always))


def _before(one: RebootReport, *, always: bool) -> Iterator[str]:
    address = one.host.data.get("ssh_hostname", "")
    yield f"{style(one.host.name, 'bold')}  {style(f'{one.host.rig.platform.os}  {address}', 'dim')}"
    if one.error:
        yield from _error(one.error, "?")
        return
    for reason in one.reasons:
        yield f"    {style('~', 'yellow')} {printable(reason)}"
    if not one.reasons:
        yield f"    {style('✓', 'green')} needs no reboot"
    if not one.due(always=always):
        return
    for objection in one.objections:
        yield from _error(objection, "!")
    for check in decide.hardware(one.checks):
        yield f"    {style('!', 'yellow')} {printable(f'{check.where}: {check.summary}')}"
    for unit in sorted(decide.failed(one.checks)):
        yield f"    {style('!', 'yellow')} {printable(unit)} has failed already"
    if one.findings:
        count = len(one.findings)
        words = "difference" if count == 1 else "differences"
        yield f"    {style('!', 'yellow')} {count} {words} from the inventory already: rig drift"
    for drain in decide.drains(one.host.rig.desired()):
        yield style(f"    - {drain.what}, {drain.timeout_seconds} s at most", "dim")


def _error(error: RigError, mark: str) -> Iterator[str]:
    for line in map(printable, str(error).splitlines()):
        yield f"    {style(mark, 'red', 'bold')} {line}"


def after(one: Rebooted) -> str:
    """How one host is after its reboot."""
    name = style(one.host.name, "bold")
    output = [style(f"    {printable(line)}", "dim") for line in one.output]
    took = f"rebooted in {one.seconds:.1f} s" if one.seconds is not None else "not seen to reboot"
    if one.error:
        return "\n".join([f"{style('✗', 'red')} {name}  {took}", *output, *_error(one.error, "?")])
    if not one.findings:
        return "\n".join([f"{style('✓', 'green')} {name}  {took}, and in its desired state", *output])
    shown = terminal.as_text([Surveyed(one.host, one.findings)], diffs=False)
    return "\n".join(
        [f"{style('✗', 'red')} {name}  {took}, and differs from its desired state", *output, shown]
    )


def as_json(reports: Sequence[RebootReport], rebooted: Sequence[Rebooted], code: Exit) -> str:
    """The same for programs; the schema is in docs/reference/schemas."""
    became = {one.host.name: one for one in rebooted}
    hosts = tuple(_host(one, became.get(one.host.name)) for one in reports)
    return document.as_json(RebootDocument(exit=int(code), hosts=hosts))


def _host(one: RebootReport, became: Rebooted | None) -> HostReboot:
    error = became.error if became else one.error
    return HostReboot(
        name=one.host.name,
        known=error is None,
        error=error,
        findings=tuple(became.findings) if became else (),
        reasons=tuple(one.reasons),
        objections=tuple(one.objections),
        rebooted=became is not None and became.seconds is not None,
        seconds=became.seconds if became else None,
    )
