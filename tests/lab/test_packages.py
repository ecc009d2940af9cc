"""Packages install in one transaction, and what they bring does not start before it is configured."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest

from rigwright.remote import commands
from tests.support.repository import Repository
from tests.support.target import Target

pytestmark = pytest.mark.core

GUARD = "/usr/sbin/policy-rc.d"
NEW = "nginx"


@pytest.fixture(params=["bare13", "bare12"])
def host(request: pytest.FixtureRequest) -> Target:
    """A host without the package."""
    target: Target = request.getfixturevalue(request.param)
    target.sh(f"apt-get purge -qy {NEW} {NEW}-common >/dev/null 2>&1; dpkg --configure -a")
    target.sh("rm -rf /var/lib/rigwright/packages")
    return target


def install(host: Target, *packages: str) -> None:
    done = host.connection.root(commands.install(packages, by="a test"))
    assert done.code == 0, done


def starts(host: Target, unit: str) -> int:
    """How often the unit was started since it was installed for the last time."""
    return int(host.sh(f"journalctl -u {unit} -o cat --no-pager | grep -c '^Started' || :"))


def test_a_new_service_neither_starts_nor_is_enabled(host: Target) -> None:
    before = starts(host, "nginx")
    install(host, NEW)
    assert host.sh("dpkg-query -W -f '${db:Status-Status}' nginx") == "installed"
    assert host.sh("systemctl is-enabled nginx || :") == "disabled"
    assert host.sh("systemctl is-active nginx || :") == "inactive"
    assert starts(host, "nginx") == before
    assert host.sh("ls -A /var/lib/rigwright/packages /usr/sbin/policy-rc.d 2>/dev/null || :") == ""


def test_a_service_that_was_there_before_restarts_in_the_same_run(host: Target) -> None:
    """As a security upgrade needs it: the guard refuses new units only."""
    before = host.sh("systemctl show -p ExecMainPID --value ssh")
    script = commands.PACKAGES.replace("$removal install", "--no-remove --reinstall install")
    assert script != commands.PACKAGES
    argv = [
        script if part == commands.PACKAGES else part
        for part in commands.install(("openssh-server",), by="a test")
    ]
    done = host.connection.root(argv)
    assert done.code == 0, done
    assert host.sh("systemctl is-active ssh") == "active"
    assert host.sh("systemctl show -p ExecMainPID --value ssh") != before


def kill_while_unpacking(host: Target, whom: str) -> None:
    """Begin to install a service, and kill the run while dpkg unpacks it."""
    worker = threading.Thread(target=host.connection.root, args=(commands.install((NEW,), by="a test"),))
    worker.start()
    end = time.monotonic() + 60
    while not host.sh("pgrep -f 'dpkg .*--unpac[k]' || :") and time.monotonic() < end:
        time.sleep(0.02)
    assert host.sh(f"test -x {GUARD} && echo visible || :") == "", "the guard shows outside of apt"
    host.sh(f"systemctl kill --kill-whom={whom} -s KILL rigwright-packages.service")
    worker.join(timeout=300)
    assert not worker.is_alive()


@pytest.mark.parametrize("whom", ["main", "all"])
def test_a_guard_that_is_killed_with_its_run_holds_nothing_back(host: Target, whom: str) -> None:
    """Killed while dpkg unpacks: from outside the guard was never there.

    When every process is killed at once, systemd 257 does not run ExecStopPost: then an empty mount
    point stays, which means nothing to dpkg, until the next run or boot.
    """
    kill_while_unpacking(host, whom)
    assert host.sh(f"find {GUARD} -executable -o -size +0 2>/dev/null || :") == ""
    assert whom == "all" or host.sh(f"ls {GUARD} 2>/dev/null || :") == ""
    assert host.sh("systemctl is-active nginx || :") in ("inactive", "failed")
    install(host, NEW)
    assert host.sh("systemctl is-enabled nginx || :") == "disabled"
    assert host.sh("systemctl is-active nginx || :") == "inactive"
    assert host.sh("dpkg --audit") == ""
    assert host.sh(f"ls {GUARD} /var/lib/rigwright/packages 2>/dev/null || :") == ""


UPGRADE = """
file=$(ls openssh-server_*.deb)
unpack "$file"
pack openssh-server "$(version_of "$file")+rig1"
"""
LIST = "/etc/apt/sources.list.d/upgrade-of-the-test.list"
# What unattended-upgrades does where dpkg was interrupted; then the upgrade itself.
UNATTENDED = (
    "export DEBIAN_FRONTEND=noninteractive; dpkg --force-confold --configure -a >/dev/null 2>&1;"
    " apt-get -qq update && apt-get -qqy --only-upgrade install openssh-server >/dev/null 2>&1"
)


def test_a_security_upgrade_after_a_killed_run_restarts_what_it_upgrades(host: Target) -> None:
    """A real one, of sshd, from a signed repository: a guard left behind would let the old program run on."""
    repository = Repository(host)
    repository.fetch("openssh-server")
    repository.repack("security", UPGRADE)
    repository.publish("security")
    before = host.sh("dpkg-query -W -f '${Version}' openssh-server")
    pid = host.sh("systemctl show -p ExecMainPID --value ssh")
    kill_while_unpacking(host, "main")
    host.sh(f"echo 'deb [signed-by=/srv/good.asc] file:/srv/packages/security ./' >{LIST}")
    try:
        host.sh(UNATTENDED)
        assert host.sh("dpkg-query -W -f '${Version}' openssh-server") == f"{before}+rig1"
        assert host.sh("systemctl show -p ExecMainPID --value ssh") != pid
        assert host.sh("systemctl is-active ssh") == "active"
        assert host.sh("dpkg --audit") == ""
    finally:
        host.sh(f"rm -f {LIST}; apt-get -qq update")
        host.sh(f"apt-get -qqy --allow-downgrades install openssh-server={before} >/dev/null 2>&1")
        host.reconnect()


INTERRUPTED = """
apt-get -qqy install --no-install-recommends nginx-common >/dev/null 2>&1
state='Status: install reinstreq half-installed'
sed -i "/^Package: nginx-common$/,/^$/s/^Status: .*/$state/" /var/lib/dpkg/status
dpkg --audit | grep nginx-common
"""


def test_a_package_whose_unpacking_was_interrupted_is_unpacked_again(host: Target) -> None:
    """Neither dpkg --configure nor apt-get -f does that."""
    assert "nginx-common" in host.sh(INTERRUPTED)
    install(host, NEW)
    assert host.sh("dpkg --audit") == ""
    assert host.sh("dpkg-query -W -f '${db:Status-Status}' nginx-common") == "installed"


def test_an_installed_package_is_never_removed_for_another(host: Target) -> None:
    host.sh(
        "mkdir -p /root/guest/DEBIAN && printf '%s\\n' 'Package: guest' 'Version: 1' 'Architecture: all'"
        " 'Maintainer: a <a@b.test>' 'Description: a guest' 'Conflicts: nginx' >/root/guest/DEBIAN/control"
        " && dpkg-deb -b /root/guest /root/guest.deb && dpkg -i /root/guest.deb"
    )
    try:
        done = host.connection.root(commands.install((NEW,), by="a test"))
        assert done.code != 0
        assert "guest" in done.stdout
        assert host.sh("dpkg-query -W -f '${db:Status-Status}' guest") == "installed"
    finally:
        host.sh("dpkg -P guest; rm -r /root/guest /root/guest.deb")


# Two branches of a driver as Ubuntu packages them: what both have conflicts by a name that both provide.
BRANCHES = r"""
mkdir -p /srv/branches && cd /srv/branches
make() {
    mkdir -p "/root/made/$1/DEBIAN"
    printf '%s\n' "Package: $1" 'Version: 1' 'Architecture: all' 'Maintainer: a <a@b.test>' \
        'Description: a part' "$2" >"/root/made/$1/DEBIAN/control"
    sed -i '/^$/d' "/root/made/$1/DEBIAN/control"
    dpkg-deb -b "/root/made/$1" . >/dev/null
}
one_of() { printf '%s: %s\n' Provides "$1" Conflicts "$1" Replaces "$1"; }
for branch in 1 2; do
    make "rig-common-$branch-server" "$(one_of rig-common)"
    make "rig-modules-$branch-server-6.8" "Depends: rig-common-$branch-server"
    make "rig-modules-$branch-server" "Depends: rig-modules-$branch-server-6.8"
    make "rig-utils-$branch-server" "$(echo "Depends: rig-common-$branch-server"; one_of rig-utils)"
done
make rig-guest 'Depends: rig-common-1-server'
for file in *.deb; do
    dpkg-deb -f "$file"
    printf 'Filename: ./%s\nSize: %s\nSHA256: %s\n\n' "$file" "$(stat -c %s "$file")" \
        "$(sha256sum "$file" | cut -d ' ' -f 1)"
done >Packages
echo 'deb [trusted=yes] file:/srv/branches ./' >/etc/apt/sources.list.d/branches.list
"""
OLD = {"rig-common-1-server", "rig-modules-1-server", "rig-modules-1-server-6.8", "rig-utils-1-server"}
NEW_BRANCH = ("rig-modules-2-server", "rig-utils-2-server")


@pytest.fixture
def branches(bare13: Target) -> Iterator[Target]:
    """A host with one branch, of which a package is held, and the other one to be had."""
    host = bare13
    host.sh(BRANCHES)
    install(host, "rig-modules-1-server", "rig-utils-1-server")
    host.sh("apt-mark hold rig-utils-1-server")
    yield host
    host.sh("apt-mark unhold $(apt-mark showhold | grep ^rig-) 2>&1; rm -rf /srv/branches /root/made")
    host.sh("rm /etc/apt/sources.list.d/branches.list; apt-get -qqy purge 'rig-*' >/dev/null 2>&1")


def of_branches(host: Target) -> set[str]:
    """What is installed of both."""
    return {
        *host.sh(
            "dpkg-query -W -f '${db:Status-Status} ${Package}\\n' 'rig-*' | sed -n 's/^installed //p'"
        ).split()
    }


def test_a_held_package_that_a_pattern_names_is_removed(branches: Target) -> None:
    install(branches, *NEW_BRANCH, "rig-*-1-server*-")
    assert of_branches(branches) == {name.replace("-1-", "-2-") for name in OLD}
    install(branches, *NEW_BRANCH, "rig-*-1-server*-")


@pytest.mark.parametrize("more", [(), ("rig-*-1-server*-",)])
def test_an_unnamed_conflict_is_reported_with_its_command(branches: Target, more: tuple[str, ...]) -> None:
    """A guest that needs the old branch, where that may go; and where it may not, the branch itself."""
    install(branches, "rig-guest")
    done = branches.connection.root(commands.install((*NEW_BRANCH, *more), by="a test"))
    assert done.code != 0
    assert of_branches(branches) == {*OLD, "rig-guest"}
    assert branches.sh("apt-mark showhold") == "rig-utils-1-server"
    (hint,) = [line for line in done.stdout.splitlines() if "sudo apt-get remove" in line]
    assert "rig-guest" in hint
    assert ("rig-utils-1-server" in hint) is not bool(more)


def test_only_named_packages_are_removed(host: Target) -> None:
    """Both are time daemons, of which Debian allows one; every fresh installation has the first."""
    host.sh("apt-get -qy install systemd-timesyncd >/dev/null 2>&1")
    try:
        done = host.connection.root(commands.install(("chrony", "bc-"), by="a test"))
        assert done.code != 0
        assert host.sh("dpkg-query -W -f '${db:Status-Status}' systemd-timesyncd") == "installed"
        install(host, "chrony", "systemd-timesyncd-")
        assert host.sh("dpkg-query -W -f '${db:Status-Status}' chrony") == "installed"
        assert host.sh("dpkg-query -W -f '${db:Status-Status}' systemd-timesyncd || :") != "installed"
        install(host, "chrony", "systemd-timesyncd-")
    finally:
        host.sh("apt-get -qy purge chrony systemd-timesyncd >/dev/null 2>&1")


DEAD = """
mkdir -p /srv/dead && cd /srv/dead
systemd-run -q --unit=dead python3 -m http.server --bind 127.0.0.1 8998
echo 'deb http://127.0.0.1:8998/gone stable main' >/etc/apt/sources.list.d/dead.list
"""


def test_a_source_that_is_dead_is_named_with_its_file(host: Target) -> None:
    host.sh(DEAD)
    done = host.connection.root(commands.install(("cowsay",), by="a test"))
    host.sh("systemctl stop dead; rm -r /srv/dead /etc/apt/sources.list.d/dead.list")
    assert done.code != 0
    assert (
        "apt cannot read http://127.0.0.1:8998/gone, which /etc/apt/sources.list.d/dead.list names: "
        "correct it there, or take it out"
    ) in done.stdout
    assert host.sh("command -v cowsay", check=False) == ""
