"""Without the records of what was applied the nightly check does not know, and says so: never "in sync"."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.command import rig
from tests.support.nightly_target import NightlyTarget
from tests.support.small_host import small_host

MANIFESTS = "/var/lib/rigwright/manifests"


@pytest.fixture(scope="module")
def applied(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NightlyTarget]:
    """A host with nginx."""
    with small_host("accidents-night", tmp_path_factory.mktemp("inventory")) as host:
        yield host


@pytest.fixture
def target(applied: NightlyTarget) -> NightlyTarget:
    """The same in sync."""
    applied.sh("systemctl unmask -q nginx; systemctl daemon-reload")
    done = rig("apply", applied.inventory)
    assert done.returncode == 0, done.stdout
    assert applied.night() == 0
    return applied


@pytest.mark.parametrize(
    ("accident", "message"),
    [
        (f"rm -r {MANIFESTS}", "nothing was ever applied here, or every manifest was removed"),
        (f"rm -r {MANIFESTS}/*", "nothing was ever applied here, or every manifest was removed"),
        (f"rm {MANIFESTS}/nginx.*", "the manifest of nginx is missing"),
        (f"rm {MANIFESTS}/ssh.json", "the manifest of ssh is missing"),
        (f"rm {MANIFESTS}/rigwright.json", "the manifest of rigwright is missing"),
        (f": >{MANIFESTS}/nginx.json", "the manifest of nginx is damaged"),
        (f"truncate -s 200 {MANIFESTS}/nginx.json", "the manifest of nginx is damaged"),
        (f"echo '{{}}' >{MANIFESTS}/nginx.json", "the manifest of nginx is damaged"),
    ],
)
def test_a_host_without_all_of_its_records_is_unknown(
    target: NightlyTarget, accident: str, message: str
) -> None:
    target.sh(f"{accident}; systemctl stop nginx")
    assert target.night() == 1
    assert target.service_result() == "exit-code"
    assert message in "; ".join(target.result()["errors"])
    assert "in sync" not in target.sh("journalctl -u rigwright-drift -n 5 -o cat")


@pytest.mark.parametrize(
    "accident",
    [
        "rm -r /var/lib/rigwright",
        "rm /var/lib/rigwright/bin/nightly.pyz",
        ": >/var/lib/rigwright/bin/nightly.pyz",
        "truncate -s 3000 /var/lib/rigwright/bin/nightly.pyz",
    ],
)
def test_a_host_whose_check_itself_is_gone_is_unknown(target: NightlyTarget, accident: str) -> None:
    """Python ends with 2 where it finds no program, which is drift of one that is there."""
    target.sh(f"{accident}; systemctl stop nginx")
    target.night()
    assert target.service_result() == "exit-code"


def test_an_apply_that_failed_after_the_records_were_lost_leaves_it_unknown(target: NightlyTarget) -> None:
    """The records of what was applied before nginx are there again, and nginx' are not."""
    target.sh("rm -r /var/lib/rigwright; systemctl mask -q --now nginx")
    assert rig("apply", target.inventory, "--adopt").returncode == 1
    assert "nginx.json" not in target.sh(f"ls {MANIFESTS}")
    assert target.night() == 1
    assert "the manifest of nginx is missing" in "; ".join(target.result()["errors"])
