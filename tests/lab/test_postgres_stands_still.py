"""PostgreSQL whose processes are stopped by a signal: nothing waits for it without end, and it is named."""

from __future__ import annotations

import pytest

from tests.support.command import rig
from tests.support.small_host import small_host

UNIT = "postgresql@17-main.service"
NAMED = f"{UNIT} is stopped by a signal; next: sudo systemctl kill -s CONT {UNIT}"


def test_apply_ends_names_it_and_leaves_the_lock_free(
    tmp_path_factory: pytest.TempPathFactory, *, exhaustive: bool
) -> None:
    if not exhaustive:
        pytest.skip("it waits for five minutes: --exhaustive; test_time_limits.py has a shorter one")
    folder = tmp_path_factory.mktemp("inventory")
    with small_host("accidents-still", folder, "postgres=PostgresSettings(),") as host:
        done = rig("apply", host.inventory)
        assert done.returncode == 0, done.stdout
        host.sh(f"systemctl kill -s STOP {UNIT}")
        done = rig("drift", host.inventory)
        assert done.returncode == 2
        assert NAMED in " ".join(done.stdout.split())
        done = rig("apply", host.inventory)
        assert done.returncode == 1
        assert "could not make the" in done.stdout
        assert NAMED in " ".join(done.stdout.split())
        assert "the old state of postgres is restored" in done.stdout
        assert host.sh("ls /var/lib/rigwright/transactions") == ""
        assert host.sh("systemctl is-active rigwright-transaction", check=False) == "inactive"
        host.sh(f"systemctl kill -s CONT {UNIT}")
        assert rig("apply", host.inventory).returncode == 0
        assert host.drift() == []
