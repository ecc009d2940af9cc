"""What else filters packets on a real host: ufw, an unknown table, what flushes at boot, fail2ban."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

import pytest

from deploys.firewall.settings import Fail2ban, FirewallSettings
from rigwright.desired import Desired
from rigwright.settings.platform import Os
from tests.support.guarded import Guarded, guarded_host
from tests.support.waiting import wait_until

UFW = "apt-get -qq update; apt-get -qq install -y --no-install-recommends ufw iptables"
FLUSHING = """
printf '[Service]\\nExecStart=/usr/local/sbin/other\\n[Install]\\nWantedBy=multi-user.target\\n' \\
    >/etc/systemd/system/other.service
printf '#!/bin/sh\\nnft -f /etc/other.nft\\n' >/usr/local/sbin/other
printf 'flush ruleset\\n' >/etc/other.nft
"""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """On Debian 13, and on every other system too when every case is to be tried."""
    more = ["debian12", "ubuntu2404", "ubuntu2204"] if metafunc.config.getoption("--exhaustive") else []
    metafunc.parametrize("host", ["debian13", *more], indirect=True, scope="module")


@pytest.fixture(scope="module")
def host(request: pytest.FixtureRequest) -> Iterator[Guarded]:
    system = cast("Os", request.param)
    with guarded_host(f"f-oth{system[-4:]}", system, "fail2ban", "python3-systemd") as found:
        found.sh(UFW)
        yield found


@pytest.fixture
def kept(host: Guarded) -> Desired:
    """The firewall with fail2ban, applied and in sync."""
    desired = host.firewall(FirewallSettings(fail2ban=Fail2ban()))
    host.keep(desired)
    return desired


def shown(host: Guarded, wanted: Desired) -> dict[str, str | None]:
    return {finding.where: finding.actual for finding in host.drift(wanted)}


def test_ufw_is_named_as_long_as_it_drops_what_ours_opens(host: Guarded, kept: Desired) -> None:
    host.sh("ufw allow 22/tcp >/dev/null; ufw --force enable >/dev/null")
    found = shown(host, kept)
    host.sh("ufw disable >/dev/null")
    assert set(found) == {"other firewalls: table ip filter", "other firewalls: table ip6 filter"}
    assert all("INPUT drops" in str(how) and "of ufw: ufw disable" in str(how) for how in found.values())
    assert shown(host, kept) == {}


def test_ufw_is_named_where_it_starts_at_the_next_boot_only(host: Guarded, kept: Desired) -> None:
    host.sh("sed -i s/ENABLED=no/ENABLED=yes/ /etc/ufw/ufw.conf")
    found = shown(host, kept)
    host.sh("sed -i s/ENABLED=yes/ENABLED=no/ /etc/ufw/ufw.conf")
    assert found == {"other firewalls: ufw": "enabled: ufw disable"}


def test_a_table_of_an_unknown_program_that_drops_a_port_is_found(host: Guarded, kept: Desired) -> None:
    host.sh(
        "nft add table inet other; nft 'add chain inet other in { type filter hook input priority 5; }';"
        " nft add rule inet other in tcp dport 80 drop"
    )
    found = shown(host, kept)
    host.sh("nft delete table inet other")
    assert found == {
        "other firewalls: table inet other": (
            "in has tcp dport 80 drop; of an unknown program: nft delete table inet other"
        )
    }


def test_what_flushes_our_table_at_the_next_boot_is_found(host: Guarded, kept: Desired) -> None:
    host.sh(FLUSHING)
    assert shown(host, kept) == {}
    host.sh("systemctl enable -q other.service")
    found = shown(host, kept)
    host.sh("systemctl disable -q other.service; rm /etc/systemd/system/other.service")
    assert found == {
        "other firewalls: /etc/systemd/system/other.service": (
            "flushes every table at boot by /etc/other.nft: have it flush its own"
        )
    }


def test_a_later_file_of_fail2ban_is_found(host: Guarded, kept: Desired) -> None:
    host.sh(
        "printf '[sshd]\\nignoreip = 0.0.0.0/0\\nbanaction = dummy\\n' >/etc/fail2ban/jail.d/zz.local;"
        " fail2ban-client reload >/dev/null"
    )
    found = shown(host, kept)
    host.sh("rm /etc/fail2ban/jail.d/zz.local")
    assert found["fail2ban: ignored"] == "0.0.0.0"
    assert "fail2ban: action" in found
    host.keep(kept)
    wait_until(lambda: shown(host, kept) == {})
