"""What a real host measures every minute raises exactly its alert at a receiver, and that resolves."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from string import ascii_lowercase
from typing import cast

import pytest

from rigwright import lab
from rigwright.desired import Desired
from rigwright.settings.platform import Os
from tests.support.receiver import Receiver
from tests.support.waiting import wait_until
from tests.support.watched import AT_MOST, METRICS, Watched

# A user at a console types at the prompt. login(1) hangs its terminal up between: reading fails for a moment.
CONSOLE = r"""
import os, pty, time
pid, terminal = pty.fork()
if pid == 0:
    os.execv("/usr/bin/login", ["login"])
for prompt, typed in (("login:", b"mallory"), ("assword:", b"wrong"), ("login:", b"")):
    shown = ""
    while prompt not in shown:
        try:
            shown += os.read(terminal, 1024).decode()
        except OSError:
            time.sleep(0.05)
    os.write(terminal, typed + b"\n")
"""


# A package that is held in its first version, and a suite for security that has the second.
REPOSITORY = r"""
set -e
mkdir -p /root/tried/DEBIAN /srv/tried
cd /srv/tried
for version in 1 2; do
    printf 'Package: rig-tried\nVersion: %s\nArchitecture: all\nMaintainer: a test\nDescription: tried\n' \
        $version >/root/tried/DEBIAN/control
    dpkg-deb -b /root/tried $version.deb >/dev/null
done
dpkg -i 1.deb >/dev/null 2>&1
apt-mark -qq hold rig-tried
of() { printf '%s %s' "$(sha256sum <$1 | cut -d ' ' -f 1)" "$(stat -c %s $1)"; }
set -- $(of 2.deb)
{ dpkg-deb -f 2.deb; printf 'Filename: ./2.deb\nSHA256: %s\nSize: %s\n' $1 $2; } >Packages
printf 'Label: Tried\nVersion: 1\nSuite: tried-security\nDate: %s\nSHA256:\n %s Packages\n' \
    "$(date -Ru)" "$(of Packages)" >Release
echo 'deb [trusted=yes] file:/srv/tried ./' >/etc/apt/sources.list.d/tried.list
apt-get -qq update
"""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """On both releases of Debian, or on what ``--os`` names."""
    wanted = metafunc.config.getoption("--os") or ["debian13", "debian12"]
    metafunc.parametrize("host", wanted, indirect=True, scope="module")


@pytest.fixture(scope="module")
def host(request: pytest.FixtureRequest) -> Iterator[Watched]:
    system = cast("Os", request.param)
    name = f"b-logins{system.strip(ascii_lowercase)}"
    lab.down(name)
    target = Watched(lab.up(name, system))
    # Newer ones shut out for a while who tried wrong keys, as the tests do.
    target.sh(
        "sshd -T | grep -qi persourcepenalties || exit 0; "
        "echo PerSourcePenalties no >/etc/ssh/sshd_config.d/tests.conf && systemctl reload ssh"
    )
    target.sh("useradd --create-home --shell /bin/bash mallory && echo mallory:right | chpasswd")
    # A host without an access review is an alert, which here fires at once.
    target.sh("mkdir -p -m 700 /var/lib/rigwright && date '+%s a test' >/var/lib/rigwright/access-reviewed")
    # Updates since the lab's image was made, and old lists of apt, would be alerts as well.
    target.sh("apt-get -qq update && touch /var/lib/apt/periodic/update-stamp")
    target.sh("DEBIAN_FRONTEND=noninteractive apt-get -qq -y dist-upgrade >/dev/null 2>&1")
    target.receiver = Receiver(target)
    wanted = target.rig().desired()
    target.install(Desired("all", packages=tuple(sorted({name for one in wanted for name in one.packages}))))
    for one in wanted:
        done = target.apply(one)
        assert done.code == 0, done.stdout
    wait_until(lambda: host_is_quiet(target), seconds=150)
    yield target
    lab.down(name)


def host_is_quiet(target: Watched) -> bool:
    """Whether the first metrics were written, which the timer does within a minute."""
    return target.firing() == {"Watchdog"}


def knock(target: Watched, user: str, key: Path) -> int:
    """Try to log in over SSH with an unknown key."""
    options = ("IdentitiesOnly=yes", "BatchMode=yes", "StrictHostKeyChecking=yes", "LogLevel=ERROR")
    words = [
        word for one in (*options, f"UserKnownHostsFile={target.host.known_hosts}") for word in ("-o", one)
    ]
    reached = ["-p", str(target.host.port), "-i", str(key), f"{user}@{target.host.address}", "true"]
    return subprocess.run(
        ["ssh", "-F", "none", *words, *reached], capture_output=True, check=False
    ).returncode


@pytest.fixture(scope="module")
def key(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("key") / "key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(path)], check=True)
    return path


def test_every_metric_that_a_rule_of_the_base_names_is_there(host: Watched) -> None:
    """A rule on a metric that nothing exports never fires."""
    known = set(host.api("label/__name__/values"))
    exprs = [rule["query"] for group in host.api("rules")["groups"] for rule in group["rules"]]
    named = {name for expr in exprs for name in re.findall(r"\brigwright_\w+", expr)}
    assert len(named) == 6
    assert named <= known


def test_failed_logins_raise_exactly_their_alert_and_it_resolves(host: Watched, key: Path) -> None:
    """Only the timer counts them; a login that works counts nothing."""
    host.receiver.forget()
    for _ in range(AT_MOST + 1):
        assert knock(host, "admin", key) == 255
    host.reconnect()
    wait_until(lambda: host.alerts("firing") == {"FailedLogins"}, seconds=150)
    (alert,) = (one for one in host.receiver.received("own", "firing") if one.name == "FailedLogins")
    assert alert.labels["severity"] == "warning"
    assert "service" not in alert.labels
    assert alert.annotations["runbook"] == "docs/runbooks/failed-logins.md"
    wait_until(lambda: host.alerts("resolved") == {"FailedLogins"}, seconds=240)
    assert host.alerts("firing") == {"FailedLogins"}
    assert host.firing() == {"Watchdog"}


def test_a_counter_that_fails_is_an_alert_and_exports_no_zero(host: Watched) -> None:
    before = host.counted()
    host.sh("systemctl stop rigwright-metrics.timer && chmod a-x /usr/bin/journalctl")
    try:
        host.sh("systemctl start rigwright-metrics", check=False)
        assert host.sh("systemctl show -p Result --value rigwright-metrics") == "exit-code"
        text = host.text()
        assert f'service="sshd"}} {before["sshd"]}' in text
        wait_until(lambda: host.firing() == {"Watchdog", "UnitFailed"})
    finally:
        host.sh("chmod a+x /usr/bin/journalctl && systemctl start rigwright-metrics.timer rigwright-metrics")
    wait_until(lambda: host.firing() == {"Watchdog"})


def test_a_counter_that_does_not_run_is_an_alert(host: Watched) -> None:
    host.sh(f"systemctl stop rigwright-metrics.timer && rm {METRICS}")
    wait_until(lambda: host.firing() == {"Watchdog", "HostMetricsSilent"})
    host.sh("systemctl start rigwright-metrics.timer rigwright-metrics")
    wait_until(lambda: host.firing() == {"Watchdog"})


def test_a_required_reboot_is_an_alert(host: Watched) -> None:
    host.sh("touch /run/reboot-required && systemctl start rigwright-metrics")
    wait_until(lambda: host.firing() == {"Watchdog", "RebootRequired"})
    host.sh("rm /run/reboot-required && systemctl start rigwright-metrics")
    wait_until(lambda: host.firing() == {"Watchdog"})


def test_a_security_upgrade_of_a_held_package_is_an_alert_after_its_delay(host: Watched) -> None:
    """That apt is queried inside the sandbox of the unit, and when its lists changed, is part of it."""
    assert host.upgrades() == {"security": 0, "other": 0}
    host.sh(REPOSITORY)
    assert host.upgrades() == {"security": 1, "other": 0}
    read = f"grep '^rigwright_upgrades_clear.*security' {METRICS} | grep -o '[0-9]*$'"
    clear = int(host.sh(read))
    assert abs(int(host.sh("date +%s")) - clear) < 120
    earlier = f'1s/"security": {clear}/"security": {clear - 4 * 86400}/'
    host.sh(f"sed -i '{earlier}' {METRICS} && systemctl start rigwright-metrics")
    assert int(host.sh(read)) == clear - 4 * 86400
    wait_until(lambda: host.firing() == {"Watchdog", "SecurityUpgradesWait"})
    host.sh("apt-get -qq -y install --allow-change-held-packages rig-tried >/dev/null 2>&1")
    assert host.upgrades() == {"security": 0, "other": 0}
    wait_until(lambda: host.firing() == {"Watchdog"})
    host.sh("rm /etc/apt/sources.list.d/tried.list && apt-get -qq update")


def test_each_way_to_fail_counts_once(host: Watched, key: Path) -> None:
    """From here on there are so many that their alert may fire."""
    before = host.counted()
    assert knock(host, "mallory", key) == 255  # a user who exists
    assert knock(host, "admin", key) == 255  # and one who does not
    assert host.more(before) == {"sshd": 2}

    before = host.counted()
    host.sh("echo wrong | runuser -u mallory -- su -c true root", check=False)
    assert host.more(before) == {"su": 1}

    before = host.counted()
    host.sh("echo wrong | runuser -u mallory -- sudo -k -S true", check=False)
    assert host.more(before) == {"sudo": 1}
    host.sh("echo right | runuser -u mallory -- sudo -k -S true", check=False)
    assert host.more(before) == {"sudo": 2}  # the right password of a user without rights

    before = host.counted()
    host.sh(f"cat >/root/login.py <<'END'\n{CONSOLE}END\ntimeout 60 python3 /root/login.py")
    assert host.more(before) == {"login": 1}


def test_logins_that_succeed_are_not_counted_and_no_name_is_exported(host: Watched) -> None:
    before = host.counted()
    host.reconnect()
    host.sh("echo right | runuser -u mallory -- su -c true mallory")
    assert host.more(before) == {}
    assert "mallory" not in host.text()
    assert "admin" not in host.text()
    assert host.sh(f"stat -c '%U %a' {METRICS}") == "root 644"


def test_the_count_goes_on_where_it_was_after_a_pause_and_a_full_journal(host: Watched, key: Path) -> None:
    """Nothing is lost while nothing counts, and nothing counts twice when old lines go."""
    before = host.counted()
    host.sh("systemctl stop rigwright-metrics.timer")
    knock(host, "admin", key)
    host.sh("journalctl --rotate -q && systemctl restart systemd-journald")
    knock(host, "admin", key)
    assert host.more(before) == {"sshd": 2}
    host.sh("journalctl --rotate -q && journalctl --vacuum-time=1s -q")
    knock(host, "admin", key)
    assert host.more(before) == {"sshd": 3}
    host.sh("systemctl start rigwright-metrics.timer")
