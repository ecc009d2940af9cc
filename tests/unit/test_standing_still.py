"""Which services are named when something on a host never ends."""

from __future__ import annotations

from pathlib import Path

from rigwright.host.standing_still import standing_still


def process(folder: Path, number: int, state: str, cgroup: str, name: str = "postgres") -> None:
    """One process as the kernel shows it."""
    own = folder / str(number)
    own.mkdir()
    (own / "stat").write_text(f"{number} ({name}) {state} 1 1 1 0 -1 4194560\n")
    (own / "cgroup").write_text(f"0::{cgroup}\n")


def test_a_service_with_a_stopped_process_is_named_once(tmp_path: Path) -> None:
    unit = "/system.slice/system-postgresql.slice/postgresql@17-main.service"
    for number in (10, 11):
        process(tmp_path, number, "T", unit, name="a) R (b")
    process(tmp_path, 12, "S", "/system.slice/nginx.service")
    process(tmp_path, 13, "T", "/user.slice/user-1000.slice/session-3.scope")
    (tmp_path / "sys").mkdir()
    (tmp_path / "14").mkdir()
    (found,) = standing_still(str(tmp_path))
    unit, _, step = found.partition(" is stopped by a signal; next: ")
    assert unit == "postgresql@17-main.service"
    assert step == f"sudo systemctl kill -s CONT {unit}"
