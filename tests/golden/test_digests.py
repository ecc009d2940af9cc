"""Golden files mask the digest of a configuration; here it is shown to change with what it covers."""

from __future__ import annotations

import pytest

from deploys.rig import Rig, is_aggregator, state
from rigwright.desired import Desired
from tests.golden.contents import contents
from tests.golden.scenarios import rig

HOST = rig(("defaults", "debian13"))
CHANGED: dict[str, dict[str, object]] = {
    "nginx": {"keepalive_timeout_seconds": 30},
    "postgres": {"slow_query_milliseconds": 2000},
    "prometheus": {"evaluation_interval_seconds": 60},
    "ssh": {"login_grace_seconds": 31},
}
"""Settings that change no command: where their probe changes, it does so by the digest."""


def desired(subsystem: str, changed: dict[str, object]) -> Desired:
    """The desired state of a subsystem with every default but these."""
    settings = HOST.settings_of(subsystem)
    assert settings is not None
    others: tuple[tuple[Desired, ...], ...] = ((),) if is_aggregator(subsystem) else ()
    found: Desired = state(subsystem).desired(settings.model_copy(update=changed), HOST.platform, *others)
    return found


@pytest.mark.parametrize("subsystem", CHANGED)
def test_a_changed_setting_changes_the_digest_in_the_file_and_in_the_probe(subsystem: str) -> None:
    before, after = desired(subsystem, {}), desired(subsystem, CHANGED[subsystem])
    assert [probe.command for probe in before.probes] != [probe.command for probe in after.probes]
    shown, changed = contents(before, Rig(machine=HOST.machine)), contents(after, Rig(machine=HOST.machine))
    probes = [path for path in shown if path.startswith("commands/probe.")]
    assert [shown[path] for path in probes] == [changed[path] for path in probes]
    assert b"<digest of the configuration>" in b"".join(changed[path] for path in probes)
