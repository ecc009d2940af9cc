"""Whatever breaks the way in is rolled back by itself, whichever side is gone: tried on a real host."""

from __future__ import annotations

import contextlib
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import cast

import pytest

from deploys.firewall.settings import Access, FirewallSettings
from deploys.ssh.settings import SshSettings
from rigwright.desired import Desired, File
from rigwright.errors import RigError
from rigwright.remote.ssh import Connection
from rigwright.settings.platform import Os
from tests.support.command import ROOT, rig
from tests.support.guarded import Guarded, OverIpv6, guarded_host, in_a_hurry, reached
from tests.support.waiting import wait_until

ELSEWHERE = FirewallSettings(access=[Access(port=8080)])
"""It locks every operator out, and no setting shows it, because ssh is not in the inventory."""
INVENTORY = """
import {module}.state
{module}.state.CONFIRM_SECONDS = {seconds}
from deploys.firewall.settings import Access, FirewallSettings
from deploys.rig import Machine, Rig
from deploys.ssh.settings import SshSettings
from rigwright.inventory.load import ssh_host

lab = [
    ssh_host(
        {host.name!r}, Rig(machine=Machine(os={host.os!r}), {settings}),
        address={host.address!r}, user={host.user!r}, key={host.key!r}, known_hosts={host.known_hosts!r},
    )
]
"""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """On Debian 13, and on every other system too when every case is to be tried."""
    more = ["debian12", "ubuntu2404", "ubuntu2204"] if metafunc.config.getoption("--exhaustive") else []
    metafunc.parametrize("host", ["debian13", *more], indirect=True, scope="module")


@pytest.fixture(scope="module")
def host(request: pytest.FixtureRequest) -> Iterator[Guarded]:
    system = cast("Os", request.param)
    with guarded_host(f"f-lock{system.removeprefix('debian').removeprefix('ubuntu')}", system) as found:
        yield found


@pytest.fixture(autouse=True)
def _as_it_was(host: Guarded) -> Iterator[None]:
    """Every test ends as it began: no table, no drop-in, nothing pending, and people can log in."""
    before = host.greeting()
    yield
    host.close()
    assert not host.table()
    assert not host.pending()
    assert host.sh("find /etc/ssh/sshd_config.d /etc/rigwright -type f 2>/dev/null || :") == ""
    assert host.sh("find /etc/systemd/system -name 'rigwright-firewall*' -o -name 'ssh.service.d'") == ""
    assert host.greeting() == before
    assert host.sh("id -u") == "0"
    assert Connection(host.host.name, host.data).root(["true"]).code == 0


def inventory(folder: Path, host: Guarded, settings: str, *, module: str, seconds: int) -> Path:
    """An inventory of this host alone, with a short time for the confirmation."""
    file = folder / "inventory.py"
    file.write_text(INVENTORY.format(host=host.host, settings=settings, module=module, seconds=seconds))
    return file


def test_an_apply_of_a_firewall_without_the_ssh_port_fails_and_goes_back(
    host: Guarded, tmp_path: Path
) -> None:
    wrong = "firewall=FirewallSettings(access=[Access(port=8080)])"
    file = inventory(tmp_path, host, wrong, module="deploys.firewall", seconds=20)
    started = time.monotonic()
    done = rig("apply", file, "--adopt")
    assert done.returncode == 1, done.stdout
    assert time.monotonic() - started < 300
    wait_until(lambda: not host.table(), seconds=90)
    assert "no new connection could confirm firewall; its old state is restored" in done.stdout


def test_an_apply_of_an_sshd_that_refuses_our_key_fails_and_goes_back(host: Guarded, tmp_path: Path) -> None:
    wrong = "ssh=SshSettings(allowed_users=['nobody'])"
    file = inventory(tmp_path, host, wrong, module="deploys.ssh", seconds=60)
    done = rig("apply", file, "--adopt")
    assert done.returncode == 1, done.stdout
    assert "no new connection could confirm ssh; its old state is restored" in done.stdout


def first_confirmation(host: Guarded) -> int:
    """The exit code of the first confirmation that gets through."""
    codes: list[int] = []

    def through() -> bool:
        with contextlib.suppress(RigError):
            codes.append(host.confirm("firewall").code)
        return codes != []

    wait_until(through)
    return codes[0]


def test_logins_fail_while_a_wrong_firewall_waits_and_work_afterwards(host: Guarded) -> None:
    """Over both IP versions; no command of ours runs meanwhile."""
    assert host.apply(in_a_hurry(host.without_ssh(ELSEWHERE))).code == 0
    for address in (host.host.address, host.host.address6):
        assert not reached(address, 22)
    assert first_confirmation(host) == 28, "it got through when the host had taken the change back"
    assert not host.table()
    for address in (host.host.address, host.host.address6):
        assert reached(address, 22)


def test_an_operator_on_ipv6_is_not_confirmed_over_ipv4(host: Guarded) -> None:
    """The port is open over IPv4 alone; the inventory has the operator connect by IPv6."""
    only4 = FirewallSettings(access=[Access(port=22, networks=["0.0.0.0/0"])])
    six = OverIpv6(host.host)
    assert six.apply(in_a_hurry(host.firewall(only4))).code == 0
    assert reached(host.host.address, 22)
    assert first_confirmation(six) == 28, "it got through when the host had taken the change back"
    assert not host.table()
    six.close()


def test_a_killed_operator_leaves_no_wrong_firewall(host: Guarded, tmp_path: Path) -> None:
    """Killed while the change waits: nothing is left that could confirm it or roll it back."""
    wrong = "firewall=FirewallSettings(access=[Access(port=8080)])"
    file = inventory(tmp_path, host, wrong, module="deploys.firewall", seconds=20)
    command = [sys.executable, "-m", "rigwright", "apply", str(file), "--adopt"]
    operator = subprocess.Popen(
        command, cwd=ROOT, start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    wait_until(host.table, seconds=90)
    operator.kill()
    assert operator.wait() == -signal.SIGKILL
    wait_until(lambda: subprocess.run(["pgrep", "-f", str(file)], check=False).returncode == 1)
    assert host.pending()
    wait_until(lambda: not host.table(), seconds=90)
    wait_until(lambda: not host.pending())


@pytest.mark.parametrize("how", ["power_cycle", "reboot"])
def test_a_boot_within_the_window_takes_a_wrong_firewall_back(host: Guarded, how: str) -> None:
    assert host.apply(host.without_ssh(ELSEWHERE)).code == 0
    assert host.table()
    getattr(host.host, how)()
    host.close()
    assert host.sh("systemctl --failed --no-legend") == ""


def test_a_boot_within_the_window_takes_a_wrong_sshd_back(host: Guarded) -> None:
    assert host.apply(host.ssh(SshSettings(allowed_users=["nobody"]))).code == 0
    with pytest.raises(RigError, match="refuses your key"):
        host.confirm("ssh")
    host.host.power_cycle()
    host.close()
    assert host.sh("systemctl is-active ssh") == "active"


def with_sudoers(desired: Desired, text: bytes) -> Desired:
    """The same, and a file that sudo reads."""
    return replace(desired, files=(*desired.files, File("/etc/sudoers.d/zz-test", text, mode=0o440)))


def test_a_broken_sudoers_file_is_refused_with_the_change_that_brings_it(host: Guarded) -> None:
    done = host.apply(with_sudoers(host.ssh(SshSettings()), b"operator ALL=(ALL NOPASSWD ALL\n"))
    assert done.code == 22
    assert "visudo -c refused the new files" in done.stdout
    assert "/etc/sudoers.d/zz-test:1" in done.stdout


def test_a_broken_sudoers_file_that_was_there_holds_up_a_change_of_ssh(host: Guarded) -> None:
    host.sh("echo 'no such thing' >/etc/sudoers.d/broken && chmod 440 /etc/sudoers.d/broken")
    done = host.apply(host.ssh(SshSettings()))
    host.sh("rm /etc/sudoers.d/broken")
    assert (done.code, "/etc/sudoers.d/broken:1" in done.stdout) == (22, True)


def test_a_change_that_takes_root_from_the_toolkit_goes_back(host: Guarded) -> None:
    """A file without a fault that requires a password: only an attempt to become root shows it."""
    change = with_sudoers(host.ssh(SshSettings()), b"operator ALL=(ALL:ALL) PASSWD: ALL\n")
    assert host.apply(in_a_hurry(change)).code == 0
    with pytest.raises(RigError, match="needs a password"):
        host.confirm("ssh")
    wait_until(lambda: not host.pending())
    assert host.sh("ls /etc/sudoers.d") == "README\noperator"


def test_a_move_to_a_port_that_the_operator_does_not_use_is_rolled_back(host: Guarded) -> None:
    assert host.apply(in_a_hurry(host.ssh(SshSettings(ports=[2222])))).code == 0
    assert not reached(host.host.address, 22)
    assert reached(host.host.address, 2222)
    wait_until(lambda: reached(host.host.address, 22))
    wait_until(lambda: not host.pending())
    assert not reached(host.host.address, 2222)
