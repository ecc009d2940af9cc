"""The audit log: auditd, and the rules that the kernel loads."""

from __future__ import annotations

from collections.abc import Sequence

from deploys.base.audit import Audit, rules
from rigwright.desired import Activation, Desired, Directory, File, RuntimeState, Unit
from rigwright.desired.program import program, shell
from rigwright.desired.render import render

UNIT = "rigwright-audit.service"
RULES = "/etc/audit/rules.d/60-rigwright.rules"
LOADER = "/usr/local/lib/rigwright/base/audit"
DROP_INS = {
    "/etc/systemd/system/auditd.service.d": "base/_auditd.conf",
    # Debian 13's auditd has it, and requires it; elsewhere nothing reads this.
    "/etc/systemd/system/audit-rules.service.d": "base/_audit_rules_service.conf",
}


def audit_log(audit: Audit | None, homes: Sequence[str]) -> Desired:
    """The daemon and its rules; nothing without settings.

    The kernel checks the rules when the unit loads them: where it refuses one, the whole change is rolled
    back. No program can check them before, because auditctl leaves even their syntax to the kernel.

    Args:
        audit: What is chosen.
        homes: Of the users whose keys are kept here.
    """
    if audit is None:
        return Desired("base")
    found = rules(audit, homes)
    unit_path = f"/etc/systemd/system/{UNIT}"
    return Desired(
        "base",
        packages=("auditd",),
        files=(
            File(RULES, render("base/_audit.rules.j2", rules=found), mode=0o640),
            File(LOADER, program("base/programs/audit_load.sh").encode(), mode=0o755),
            File(unit_path, render("base/_rigwright-audit.service")),
            *(File(f"{folder}/rigwright.conf", render(part)) for folder, part in DROP_INS.items()),
        ),
        directories=tuple(map(Directory, DROP_INS)),
        units=(Unit(UNIT),),
        activations=(
            Activation(
                UNIT,
                reload_on=(RULES, LOADER),
                restart_on=(unit_path, *(f"{folder}/" for folder in DROP_INS)),
            ),
        ),
        runtime_states=(
            RuntimeState(
                "audit",
                shell("base/programs/audit.sh", variables={"count": str(len(found))}),
                (("differing", "none"),),
                remediation=f"systemctl restart {UNIT}",
            ),
        ),
    )
