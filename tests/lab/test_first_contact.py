"""Accounts and hosts as they are found: every command works there, or names what stands in the way.

The same host is the one of ``rig bootstrap``, of plain pyinfra and of all other commands.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from rigwright import lab
from rigwright.lab import LabHost
from tests.support.agent import agent_with
from tests.support.command import pyinfra, rig

NAME = "contact"
INVENTORY = """
from deploys.accepted import AcceptedFinding
from deploys.base.settings import BaseSettings
from deploys.rig import Machine, Rig
from rigwright.inventory.load import ssh_host
sshrc = AcceptedFinding(where="/etc/ssh/sshrc", reason="it prints a line, for the test")
machine = Machine(os="debian13", accepted=[sshrc])
rig = Rig(machine=machine, base=BaseSettings(operator="operator", timezone={zone!r}))
hosts = [ssh_host("contact", rig, address="{0.address}", user="{0.user}", key="{0.key}",
                  known_hosts="{0.known_hosts}")]
"""
SHELLS = ("bash", "dash", "fish", "tcsh", "zsh", "ksh")
SAMPLE = ("bash", "fish", "tcsh")
"""One of each kind: a POSIX shell, one of its own, a C shell."""
NOISE = """
printf 'Welcome! no line end' >/home/operator/.noise
for file in .bashrc .zshenv .config/fish/config.fish .cshrc .tcshrc .kshrc; do
    file=/home/operator/$file; mkdir -p "${file%/*}"
    { echo 'cat /home/operator/.noise; cat /home/operator/.noise >/dev/stderr'; [ ! -e "$file" ] || cat "$file"; } >"$file.new"
    mv "$file.new" "$file"; chown operator: "$file"
done
sed -i '1i export PATH=/nowhere' /home/operator/.bashrc
echo 'PATH=/nowhere' >/etc/environment
echo 'echo "{\\"a line\\": \\"of sshrc\\"}"' >/etc/ssh/sshrc
"""  # noqa: E501  as it is


@pytest.fixture(scope="module")
def host() -> Iterator[LabHost]:
    """A host with every login shell, start-up files that print, and a path that leads nowhere."""
    lab.down(NAME)
    up = lab.up(NAME)
    up.run("apt-get -qq update; apt-get -qq install -y fish tcsh zsh mksh ksh93u+m >/dev/null 2>&1")
    up.run(NOISE)
    yield up
    lab.down(NAME)


@pytest.fixture(scope="module")
def inventory(host: LabHost, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An inventory of the host, which it matches."""
    path = tmp_path_factory.mktemp("contact") / "inventory.py"
    path.write_text(INVENTORY.format(host, zone="Etc/UTC"))
    done = rig("apply", path)
    assert done.returncode == 0, done.stdout
    return path


def bootstrap(host: LabHost, *options: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    """Run ``rig bootstrap`` with the operator's own key."""
    own = ["--key", str(host.key), "--inventory-known-hosts", str(host.known_hosts)]
    return subprocess.run(
        ["./rig", "bootstrap", f"{host.user}@{host.address}", *own, *options],
        input=stdin, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
        env={**os.environ, "NO_COLOR": "1"},
    )  # fmt: skip


@pytest.fixture
def shell(host: LabHost) -> Iterator[Callable[[str], None]]:
    """Give the operator another login shell; bash again afterwards."""

    def change(path: str) -> None:
        host.run(f"usermod --shell {path} operator")

    yield change
    host.run("usermod --shell /bin/bash operator")


@pytest.mark.parametrize("name", SHELLS)
def test_any_login_shell_serves_whatever_it_prints(
    host: LabHost, inventory: Path, shell: Callable[[str], None], name: str, *, exhaustive: bool
) -> None:
    if name not in SAMPLE and not exhaustive:
        pytest.skip("one shell of its kind was tried; --exhaustive tries all")
    shell(host.run(f"command -v {name}").stdout.strip())
    done = rig("drift", inventory)
    assert (done.returncode, "0 differences on 1 host" in done.stdout) == (0, True), done.stdout
    assert "prepared already" in bootstrap(host).stdout


def test_changes_health_and_host_tests_too(
    host: LabHost, inventory: Path, shell: Callable[[str], None], tmp_path: Path
) -> None:
    changed = tmp_path / "changed.py"
    changed.write_text(INVENTORY.format(host, zone="Asia/Tokyo"))
    shell("/usr/bin/fish")
    assert rig("apply", changed).returncode == 0
    assert host.run("readlink /etc/localtime").stdout.strip().endswith("Asia/Tokyo")
    verified = rig("verify", changed)
    assert (verified.returncode, "claims hold" in verified.stdout) == (0, True), verified.stdout
    shell("/usr/bin/tcsh")
    done = pyinfra(inventory, "-y")
    assert done.returncode == 0, done.stdout
    assert rig("drift", inventory).returncode == 0
    assert "memory" in rig("health", inventory).stdout


REFUSED = {
    "nologin": (
        "usermod --shell /usr/sbin/nologin operator",
        ["login shell of operator ran no command", "not available", "usermod --shell /bin/bash operator"],
    ),
    "false": ("usermod --shell /bin/false operator", ["ran no command; it printed: "]),
    "rbash": ("usermod --shell /bin/rbash operator", ["ran no command", "restricted"]),
    "command": (
        """cp -p /home/operator/.ssh/authorized_keys /root/keys
        sed -i 's/^/command="date" /' /home/operator/.ssh/authorized_keys""",
        ["ran no command", "take command= out of its authorized_keys"],
    ),
    "expired": ("chage -d 0 operator", ["password of operator has expired", "ssh -t", "operator@"]),
    "aged": ("chage -M 90 -d 2020-01-01 operator", ["password of operator has expired"]),
    "requiretty": (
        "echo 'Defaults requiretty' >/etc/sudoers.d/tty",
        ["requiretty", "sudo tee /etc/sudoers.d/tty-operator"],
    ),
    "no rule": ("mv /etc/sudoers.d /etc/sudoers.off", ["sudo on the host needs a password", "rig bootstrap"]),
    "no sudo": ("mv /usr/bin/sudo /root/sudo", ["sudo is not installed", "rig bootstrap"]),
    "broken sudoers": ("chmod 666 /etc/sudoers", ["sudo on the host refuses: ", "world writable"]),
    "no bus": ("systemctl stop dbus.socket dbus.service", ["D-Bus does not listen", "rig bootstrap"]),
}
AS_BEFORE = """
usermod --shell /bin/bash operator
[ ! -e /root/keys ] || mv /root/keys /home/operator/.ssh/authorized_keys
chage -M 99999 -d 2026-01-01 operator
rm -f /etc/sudoers.d/tty
[ ! -e /etc/sudoers.off ] || { rm -rf /etc/sudoers.d; mv /etc/sudoers.off /etc/sudoers.d; }
[ ! -e /root/sudo ] || mv /root/sudo /usr/bin/sudo
chmod 440 /etc/sudoers
systemctl start dbus.socket
"""


@pytest.mark.parametrize("case", REFUSED)
def test_what_refuses_is_named_with_the_next_command(host: LabHost, inventory: Path, case: str) -> None:
    script, words = REFUSED[case]
    host.run(script)
    try:
        for command in ("apply", "verify", *(("plan", "drift", "health") if case == "expired" else ())):
            done = rig(command, inventory)
            text = " ".join(done.stdout.split())
            assert done.returncode == 1, (command, done.stdout)
            for word in (*words, "next: "):
                assert word in text, (command, word, done.stdout)
        if case in ("expired", "requiretty", "nologin"):
            done = bootstrap(host)
            assert done.returncode == 1
            assert all(word in " ".join(done.stdout.split()) for word in words), done.stdout
    finally:
        host.run(AS_BEFORE)


@pytest.mark.parametrize(
    ("script", "words", "installed"),
    [
        ("apt-get -qy purge dbus dbus-daemon", "D-Bus does not listen", "installed dbus"),
        (
            "apt-get -qy purge python3 'libpython3*-stdlib'; python3 -c 'print(1)'",
            "python3-minimal alone is not enough",
            "installed python3",
        ),
    ],
    ids=["dbus", "python3-minimal"],
)
def test_bootstrap_installs_what_is_missing(
    host: LabHost, inventory: Path, script: str, words: str, installed: str, *, exhaustive: bool
) -> None:
    if installed != "installed dbus" and not exhaustive:
        pytest.skip("one package was missing; --exhaustive removes each")
    host.run(f"export DEBIAN_FRONTEND=noninteractive; ({script}) >&2")
    done = rig("drift", inventory)
    assert (done.returncode, words in " ".join(done.stdout.split())) == (1, True), done.stdout
    assert f"rig bootstrap {host.address} --user operator --key" in done.stdout
    done = bootstrap(host)
    assert (done.returncode, installed in done.stdout) == (0, True), done.stdout
    applied = rig("apply", inventory)
    assert applied.returncode == 0, applied.stdout


LOCKS = ("/var/lib/dpkg/lock-frontend", "/var/lib/apt/lists/lock", "/var/cache/apt/archives/lock")
HOLD = """
apt-get -qy purge chrony >/dev/null 2>&1
rm -rf /var/lib/apt/lists/*Packages* /var/lib/rigwright/packages
nohup python3 -c 'import fcntl, pathlib, time
file, printed = open("{lock}", "a"), pathlib.Path("/var/lib/rigwright/packages/printed")
fcntl.lockf(file, fcntl.LOCK_EX)
for _ in range({most_seconds}):
    time.sleep(1)
    if printed.exists() and "Could not get lock" in printed.read_text(): break
time.sleep(5)' >/dev/null 2>&1 &
sleep 1
"""
"""Hold a lock until it was wanted, and five seconds more."""


@pytest.mark.parametrize("lock", LOCKS)
def test_every_lock_of_apt_is_waited_for_and_its_holder_shown_once(
    host: LabHost, inventory: Path, lock: str, *, exhaustive: bool
) -> None:
    if lock != LOCKS[0] and not exhaustive:
        pytest.skip("one lock was held; --exhaustive holds each")
    host.run(HOLD.format(lock=lock, most_seconds=300))
    done = rig("apply", inventory)
    assert done.returncode == 0, done.stdout
    (line,) = [line for line in done.stdout.splitlines() if "waiting for" in line]
    assert f"{NAME}: waiting for {lock}, held by process " in line
    assert "(python3)" in line


def test_bootstrap_waits_for_the_locks_of_apt_too(host: LabHost) -> None:
    host.run("apt-get -qy purge dbus dbus-daemon >/dev/null 2>&1; systemctl stop dbus.socket || :")
    host.run(HOLD.format(lock=LOCKS[1], most_seconds=20))
    done = bootstrap(host)
    assert (done.returncode, "installed dbus" in done.stdout) == (0, True), done.stdout


CONFIG = """
Include {folder}/more
Host behind
    HostName {host.address6}
    ProxyJump webalias
    IdentityAgent {agent}
Host *
    User operator
    UserKnownHostsFile {host.known_hosts}
"""
MORE = """
Match originalhost webalias
    HostName {host.address}
    IdentityFile {host.key}
"""


@pytest.fixture
def agent(host: LabHost) -> Iterator[str]:
    """An agent that holds the operator's key."""
    with agent_with(Path(str(host.key)), NAME) as socket:
        yield socket


def test_bootstrap_goes_by_an_alias_too_and_a_way_that_is_cut_is_named(
    host: LabHost, inventory: Path, agent: str, tmp_path: Path
) -> None:
    folder = tmp_path / ".ssh"
    folder.mkdir()
    (folder / "config").write_text(CONFIG.format(host=host, folder=folder, agent=agent))
    (folder / "more").write_text(MORE.format(host=host))
    path = tmp_path / "alias.py"
    path.write_text(ALIAS)
    home = {"HOME": str(tmp_path), "SSH_AUTH_SOCK": ""}
    assert rig("apply", inventory).returncode == 0
    done = rig("plan", path, **home)
    assert done.returncode == 2, done.stdout
    done = rig("bootstrap", "behind", **home)
    assert (done.returncode, "prepared already" in done.stdout) == (0, True), done.stdout
    (folder / "more").write_text(MORE.format(host=host).replace(host.address, "127.0.0.1\n    Port 9"))
    done = rig("drift", path, **home)
    assert (done.returncode, "Connection refused" in done.stdout) == (1, True), done.stdout
    done = rig("verify", path, **home)
    assert (done.returncode, "Connection refused" in done.stdout) == (1, True), done.stdout


ALIAS = """
from deploys.accepted import AcceptedFinding
from deploys.base.settings import BaseSettings
from deploys.rig import Machine, Rig
from rigwright.inventory.load import ssh_host
sshrc = AcceptedFinding(where="/etc/ssh/sshrc", reason="it prints a line, for the test")
machine = Machine(os="debian13", accepted=[sshrc])
rig = Rig(machine=machine, base=BaseSettings(operator="operator", timezone="Europe/Paris"))
hosts = [ssh_host("contact", rig, address="behind")]
"""


def test_a_key_with_a_passphrase_works_by_the_agent_alone(
    host: LabHost, inventory: Path, agent: str, tmp_path: Path
) -> None:
    locked = tmp_path / "locked"
    locked.write_bytes(Path(str(host.key)).read_bytes())
    locked.chmod(0o600)
    subprocess.run(["ssh-keygen", "-q", "-p", "-P", "", "-N", "a passphrase", "-f", str(locked)], check=True)
    path = tmp_path / "locked.py"
    path.write_text(INVENTORY.format(host, zone="Asia/Tokyo").replace(str(host.key), str(locked)))
    done = rig("plan", path, SSH_AUTH_SOCK="")
    text = " ".join(done.stdout.split())
    assert done.returncode == 1
    assert "has a passphrase, and no agent holds it" in text
    assert f"next: ssh-add {locked}" in text
    for command in ("apply", "verify", "drift"):
        done = rig(command, path, SSH_AUTH_SOCK=agent)
        assert done.returncode == 0, (command, done.stdout)
    assert inventory
