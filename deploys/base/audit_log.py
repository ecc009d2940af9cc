"""The audit log: what it adds to the base of a host."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from deploys.base.audit import Audit, rules
from rigwright.desired import Activation, Desired, Directory, File, RuntimeState, Unit
from rigwright.desired.program import program, shell
from rigwright.desired.render import render

UNIT = "rigwright-audit.service"
RULES = "/etc/audit/rules.d/60-rigwright.rules"
LOADER = "/usr/local/lib/rigwright/base/audit"
DROP_INS = {
    "/etc/systemd/system/auditd.service.d": "base/_auditd.conf",
    # Debian 13's auditd brings it, and asks for it; elsewhere nothing reads this.
    "/etc/systemd/system/audit-rules.service.d": "base/_audit_rules_service.conf",
}


def with_audit(wanted: Desired, audit: Audit | None, homes: Sequence[str]) -> Desired:
    """The base with its audit log, where one is wanted.

    The kernel checks the rules when our unit loads them: where it refuses one, all of the change goes back.
    No program can check them before, because auditctl asks the kernel even for how they are written.
    """
    if audit is None:
        return wanted
    found = rules(audit, homes)
    unit_path = f"/etc/systemd/system/{UNIT}"
    return replace(
        wanted,
        packages=(*wanted.packages, "auditd"),
        files=(
            *wanted.files,
            File(RULES, render("base/_audit.rules.j2", rules=found), mode=0o640),
            File(LOADER, program("base/programs/audit_load.sh").encode(), mode=0o755),
            File(unit_path, render("base/_rigwright-audit.service")),
            *(File(f"{folder}/rigwright.conf", render(part)) for folder, part in DROP_INS.items()),
        ),
        directories=(*wanted.directories, *map(Directory, DROP_INS)),
        units=(*wanted.units, Unit(UNIT)),
        activations=(
            *wanted.activations,
            Activation(
                UNIT,
                reload_on=(RULES, LOADER),
                restart_on=(unit_path, *(f"{folder}/" for folder in DROP_INS)),
            ),
        ),
        runtime_states=(
            *wanted.runtime_states,
            RuntimeState(
                "audit",
                shell("base/programs/audit.sh", variables={"count": str(len(found))}),
                (("differing", "none"),),
                remediation=f"systemctl restart {UNIT}",
            ),
        ),
    )
