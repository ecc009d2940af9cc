"""The page of running state lists every service with what is known of it."""

from __future__ import annotations

from tests.support.command import ROOT
from tests.support.running_state import table


def test_the_table_is_that_of_the_code() -> None:
    text = (ROOT / "docs/reference/running-state.md").read_text()
    assert table() in text, f"the table must be:\n{table()}"


def test_the_services_that_read_their_files_once_are_in_it() -> None:
    text = table()
    for unit in ("ssh", "nginx", "valkey-server", "postgresql@17-main", "pgbouncer", "prometheus", "docker"):
        assert f"| `{unit}.service` |" in text, unit
    for unit in ("fail2ban", "chrony", "rigwright-firewall", "prometheus-alertmanager", "docker-registry"):
        assert f"| `{unit}.service` |" in text, unit
