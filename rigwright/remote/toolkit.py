"""The toolkit's own part of a host: recovery of an interrupted change at boot, and the nightly check.

Owns ``/var/lib/rigwright``, ``rigwright-recover.service``, ``rigwright-drift.service`` and its timer, and has
the system's logs rotated.
Leaves everything else alone.
"""

from __future__ import annotations

from rigwright.desired import Accepted, Activation, Desired, Directory, File, Login, Unit
from rigwright.desired.render import render
from rigwright.remote import commands
from rigwright.remote.archive import archive

UNITS = "/etc/systemd/system/"
RECOVER = f"{UNITS}rigwright-recover.service"
DRIFT = f"{UNITS}rigwright-drift.service"
TIMER = f"{UNITS}rigwright-drift.timer"
DRIFT_DROP_INS = f"{DRIFT}.d"
"""Where a subsystem opens what its queries and probes need beyond loopback, files and processes."""
NIGHTLY_PATH = "/var/lib/rigwright/bin/nightly.pyz"


def desired(
    accepted: tuple[Accepted, ...] = (),
    subsystems: tuple[str, ...] = (),
    logins: tuple[Login, ...] = (),
) -> Desired:
    """What every host has, whatever its subsystems.

    The timer of logrotate is declared here, because no single subsystem may turn it off when the inventory
    drops it, and because a package's new units stay off unless they are declared.

    Args:
        accepted: Findings that are accepted.
        logins: The account that Rigwright itself logs in with, where it is known.
        subsystems: Names of all other subsystems that the host shall have.
    """
    return Desired(
        subsystem="rigwright",
        packages=("iproute2", "logrotate", "python3", "sudo"),
        files=(
            *(File(path, render("rigwright" + path)) for path in (RECOVER, DRIFT, TIMER)),
            File(commands.TRANSACTION_PATH, commands.TRANSACTION.encode(), mode=0o600),
            File(commands.PACKAGES_PATH, commands.PACKAGES.encode(), mode=0o600),
            File(NIGHTLY_PATH, archive("rigwright.host.nightly_check"), mode=0o600),
        ),
        directories=(
            Directory("/var/lib/rigwright", mode=0o700),
            Directory("/var/lib/rigwright/bin", mode=0o700),
        ),
        units=(
            Unit("rigwright-recover.service", enabled=True, active=False),
            Unit("rigwright-drift.timer"),
            Unit("logrotate.timer"),
        ),
        accepted=accepted,
        logins=logins,
        subsystems=subsystems,
        activations=(Activation("rigwright-drift.timer", reload_on=(), restart_on=(TIMER,)),),
    )
