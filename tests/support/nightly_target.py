"""A lab host in the scenario that has every setting changed, and its own nightly check."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rigwright import lab
from rigwright.lab import LabHost
from rigwright.settings.platform import Os
from tests.support.command import ROOT, rig, rig_json

Findings = set[tuple[str, str, str]]
METRICS = "/var/lib/prometheus/node-exporter"


def identified(findings: list[dict[str, Any]]) -> Findings:
    """Findings as tests compare them."""
    return {(one["subsystem"], one["kind"], one["where"]) for one in findings}


class NightlyTarget:
    """The host and the inventory that describes it."""

    def __init__(self, host: LabHost, inventory: Path) -> None:
        self.host = host
        self.inventory = inventory

    def sh(self, script: str, *, check: bool = True) -> str:
        """Output of a command on the host, as root."""
        return self.host.run(script, check=check).stdout.strip()

    def night(self) -> int:
        """Run the check as the timer does; the exit code of the check itself."""
        self.sh("systemctl start rigwright-drift", check=False)
        return int(self.sh("systemctl show -p ExecMainStatus --value rigwright-drift"))

    def service_result(self) -> str:
        """Systemd's result of the last run."""
        return self.sh("systemctl show -p Result --value rigwright-drift")

    def result(self) -> dict[str, Any]:
        """The result that the check stored."""
        found: dict[str, Any] = json.loads(self.sh("cat /var/lib/rigwright/drift.json"))
        return found

    def drift(self) -> list[dict[str, Any]]:
        """The findings of ``rig drift``."""
        code, output = rig_json("drift", self.inventory, "--limit", self.host.name)
        (host,) = output["hosts"]
        assert host["known"], host
        findings: list[dict[str, Any]] = host["findings"]
        assert code == (2 if findings else 0)
        return findings

    def apply(self, code: int = 0) -> None:
        """Apply the inventory; it ends with 1 where differences are left that only a person can end."""
        done = rig("apply", self.inventory, "--limit", self.host.name)
        assert done.returncode == code, done.stdout


@contextmanager
def nightly_target(
    name: str, system: Os, folder: Path, without: Collection[str] = ()
) -> Iterator[NightlyTarget]:
    """A fresh host that was applied once, but for some subsystems, and has a node exporter's directory."""
    lab.down(name)
    text = (ROOT / "inventories/lab.py").read_text()
    inventory = folder / "nightly.py"
    scenario = text.replace('host.name.startswith("everything")', f'host.name == "{name}"')
    assert scenario != text
    if without:
        part = f"(host.os).model_copy(update={dict.fromkeys(without)}),"
        assert "(host.os)," in scenario
        scenario = scenario.replace("(host.os),", part)
    inventory.write_text(scenario)
    target = NightlyTarget(lab.up(name, system), inventory)
    try:
        target.sh(f"mkdir -p {METRICS}")
        target.apply()
        yield target
    finally:
        lab.down(name)
