"""The last word of apply agrees with drift, and what it waits for is shown."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.command import rig
from tests.support.nightly_target import NightlyTarget
from tests.support.small_host import small_host

DROP_IN = "/etc/systemd/system/nginx.service.d/zz-mine.conf"


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NightlyTarget]:
    """A host in sync."""
    with small_host("accidents-word", tmp_path_factory.mktemp("inventory")) as found:
        done = rig("apply", found.inventory)
        assert done.returncode == 0, done.stdout
        assert "in sync (" in done.stdout
        yield found


@pytest.mark.parametrize("changed", [False, True])
def test_what_apply_does_not_change_is_in_its_last_word(host: NightlyTarget, *, changed: bool) -> None:
    host.sh(f"printf '[Service]\\nNice=1\\n' >{DROP_IN}; systemctl daemon-reload")
    host.sh("echo '# mine' >>/etc/nginx/nginx.conf" if changed else ":")
    done = rig("apply", host.inventory)
    host.sh(f"rm {DROP_IN}; systemctl daemon-reload")
    assert done.returncode == 0, done.stdout
    assert "in sync" not in done.stdout
    assert ("applied (1 fixed" if changed else "applied (nothing to change") in done.stdout
    assert "1 found that apply does not change: rig drift" in done.stdout
    assert DROP_IN in done.stdout


def test_an_old_error_of_the_nightly_check_is_in_the_last_word_of_apply(host: NightlyTarget) -> None:
    host.sh("mv /var/lib/rigwright/manifests/nginx.json /run/")
    assert host.night() == 1
    host.sh("mv /run/nginx.json /var/lib/rigwright/manifests/")
    done = rig("apply", host.inventory)
    assert host.night() == 0
    assert "in sync (" not in done.stdout
    assert "the nightly check failed" in done.stdout
    assert "the manifest of nginx is missing" in done.stdout
    assert "in sync (was in sync" in rig("apply", host.inventory).stdout


def test_apply_shows_whose_change_it_waits_for(host: NightlyTarget) -> None:
    unit = "systemd-run -q --collect --unit=rigwright-transaction --description"
    host.sh(f"{unit}='rigwright: apply nginx by ada@desk' sleep 40")
    done = rig("drift", host.inventory)
    assert done.returncode == 1
    assert "a change is running on the host: rigwright: apply nginx by ada@desk, since " in done.stdout
    done = rig("apply", host.inventory)
    assert done.returncode == 0, done.stdout
    waited = [line for line in done.stdout.splitlines() if "waiting for" in line]
    assert len(waited) == 1
    assert "waiting for rigwright: apply nginx by ada@desk, since " in waited[0]
