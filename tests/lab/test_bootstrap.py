"""``rig bootstrap`` on a host as Debian's installer leaves it: what it changes, refuses and undoes."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from rigwright import lab
from rigwright.errors import RigError
from rigwright.lab import LabHost
from rigwright.remote.ssh import Connection

ROOT_PASSWORD = "root-canary-Zq8vR2"  # noqa: S105  of a host that lives for a minute
SET_ROOT_PASSWORD = f"echo root:{ROOT_PASSWORD} | chpasswd; "
WRONG_FINGERPRINT = f"SHA256:{43 * 'A'}"
SUDOERS = "/etc/sudoers.d/rigwright"
STATE = (
    "ls -lA --time-style=full-iso /etc/sudoers.d /home/*/.ssh 2>/dev/null; "
    "cat /etc/sudoers.d/* /home/*/.ssh/* 2>/dev/null; ls -A /run | grep rigwright || :"
)


@dataclass
class Bench:
    """The host, and an operator with an empty home directory."""

    host: LabHost
    home: Path
    printed: list[str] = field(default_factory=list)

    @property
    def known_hosts(self) -> Path:
        """Where this operator pins host keys."""
        return self.home / "known_hosts"

    @property
    def fingerprint(self) -> str:
        """What the host's console shows."""
        return self.host.run("ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub").stdout.split()[1]

    def command(self, *options: str, user: str = "operator") -> list[str]:
        """The command line, with what no test varies."""
        where = [
            "--user",
            user,
            "--port",
            str(self.host.port),
            "--inventory-known-hosts",
            str(self.known_hosts),
        ]
        return [sys.executable, "-m", "rigwright", "bootstrap", self.host.address, *where, *options]

    @property
    def environment(self) -> dict[str, str]:
        """The operator's: no agent, no key."""
        return {"PATH": os.environ["PATH"], "HOME": str(self.home), "LC_ALL": "C.UTF-8"}

    def rig(self, *options: str, stdin: str = "", user: str = "operator") -> tuple[int, str]:
        """Run ``rig bootstrap``; its exit status, and all that it printed."""
        done = subprocess.run(
            self.command(*options, user=user),
            input=stdin,
            capture_output=True,
            text=True,
            check=False,
            env=self.environment,
        )
        self.printed.append(done.stdout + done.stderr)
        return done.returncode, self.printed[-1]

    def prepare(self, *lines: str) -> tuple[int, str]:
        """Run it with everything that it needs; the lines are the passwords."""
        stdin = "\n".join(lines or [str(self.host.password)]) + "\n"
        return self.rig("--fingerprint", self.fingerprint, "--password-stdin", stdin=stdin)

    def connection(self, user: str = "operator") -> Connection:
        """The connection of all other commands."""
        return Connection(
            "boot",
            {
                "ssh_hostname": self.host.address,
                "ssh_port": self.host.port,
                "ssh_user": user,
                "ssh_key": self.home / ".ssh" / "id_ed25519",
                "ssh_known_hosts_file": self.known_hosts,
            },
        )

    def state(self) -> str:
        """All that bootstrap may change."""
        return self.host.run(STATE).stdout


@pytest.fixture(scope="module")
def fresh_host() -> Iterator[LabHost]:
    """A host with a user with a password, and nothing else."""
    yield lab.up("boot", fresh=True)
    lab.down("boot")


@pytest.fixture
def bench(fresh_host: LabHost, tmp_path: Path) -> Iterator[Bench]:
    """The host as it was installed; at the end, no password may have been shown or logged."""
    lab.reset("boot")
    bench = Bench(fresh_host, tmp_path)
    yield bench
    log = fresh_host.run("journalctl -q; cat /var/log/*.log 2>/dev/null || :").stdout
    for password in (str(fresh_host.password), ROOT_PASSWORD):
        assert password not in "".join(bench.printed)
        assert password not in log


def test_a_fresh_host_takes_all_other_commands_afterwards(bench: Bench) -> None:
    code, printed = bench.prepare()
    assert code == 0, printed
    assert bench.connection().root(["id", "-u"]).stdout == "0\n"
    modes = bench.host.run(f"stat -c '%a %U:%G' {SUDOERS} /home/operator/.ssh /home/operator/.ssh/*").stdout
    assert modes.splitlines() == ["440 root:root", "700 operator:operator", "600 operator:operator"]
    assert bench.host.run("visudo -c").returncode == 0
    assert (bench.home / ".ssh" / "id_ed25519").stat().st_mode & 0o777 == 0o600


def test_the_second_run_prompts_for_nothing_and_changes_nothing(bench: Bench) -> None:
    assert bench.prepare()[0] == 0
    before = bench.state(), bench.known_hosts.read_bytes()
    code, printed = bench.rig()
    assert code == 0, printed
    assert "prepared already" in printed
    assert (bench.state(), bench.known_hosts.read_bytes()) == before
    code, printed = bench.rig("--fingerprint", WRONG_FINGERPRINT)
    assert code == 1
    assert "another machine responds" in printed


def test_other_keys_and_rules_stay(bench: Bench) -> None:
    other = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOtherKeyOfAColleague000000000000000000000000 colleague"
    bench.host.run(
        f"install -d -m 700 -o operator -g operator /home/operator/.ssh; "
        f"printf '%s' '{other}' > /home/operator/.ssh/authorized_keys; "
        "chown operator:operator /home/operator/.ssh/authorized_keys; "
        f"printf '# ours\\ndaemon ALL=(ALL:ALL) NOPASSWD: ALL\\n' > {SUDOERS}; chmod 440 {SUDOERS}"
    )
    code, printed = bench.prepare()
    assert code == 0, printed
    keys = bench.host.run("cat /home/operator/.ssh/authorized_keys").stdout.splitlines()
    assert keys[0] == other
    assert len(keys) == 2
    rules = bench.host.run(f"cat {SUDOERS}").stdout
    assert rules == "# ours\ndaemon ALL=(ALL:ALL) NOPASSWD: ALL\noperator ALL=(ALL:ALL) NOPASSWD: ALL\n"


def test_the_password_is_in_no_process_list(bench: Bench) -> None:
    seen: list[str] = []
    stop = threading.Event()

    def watch() -> None:
        # Both sides run on this machine's kernel, so its /proc shows the operator's and the host's processes.
        while not stop.is_set():
            seen.extend(_command_line(path) for path in Path("/proc").glob("[0-9]*/cmdline"))

    watcher = threading.Thread(target=watch)
    watcher.start()
    code, printed = bench.prepare()
    stop.set()
    watcher.join()
    assert code == 0, printed
    assert any("sudo" in line and "prepare" in line for line in seen), "the watcher saw nothing"
    assert not any(str(bench.host.password) in line for line in seen)


def _command_line(path: Path) -> str:
    try:
        return path.read_bytes().decode(errors="replace")
    except OSError:
        return ""  # the process has ended


def test_a_wrong_fingerprint_changes_nothing(bench: Bench) -> None:
    before = bench.state()
    code, printed = bench.rig(
        "--fingerprint", WRONG_FINGERPRINT, "--password-stdin", stdin=f"{bench.host.password}\n"
    )
    assert code == 1
    assert bench.fingerprint in printed
    assert not bench.known_hosts.exists()
    assert bench.state() == before


@pytest.mark.parametrize(
    ("kind", "only"), [("ecdsa", False), ("rsa", True)], ids=["one of several", "the only one"]
)
def test_a_key_other_than_ed25519_can_be_confirmed(bench: Bench, kind: str, *, only: bool) -> None:
    if only:
        bench.host.run(
            f"echo HostKey /etc/ssh/ssh_host_{kind}_key > /etc/ssh/sshd_config.d/key.conf; "
            "systemctl restart ssh"
        )
        code, printed = bench.rig("--fingerprint", WRONG_FINGERPRINT)
        assert "was not confirmed" in printed
    shown = bench.host.run(f"ssh-keygen -lf /etc/ssh/ssh_host_{kind}_key.pub").stdout.split()[1]
    password = f"{bench.host.password}\n"
    code, printed = bench.rig("--fingerprint", shown, "--password-stdin", stdin=password)
    assert code == 0, printed
    assert bench.connection().root(["id", "-u"]).stdout == "0\n"
    assert kind in bench.known_hosts.read_text()


def test_another_pinned_key_is_an_error_and_stays(bench: Bench) -> None:
    wrong = (
        f"# kept\n{bench.host.address} ssh-ed25519 "
        "AAAAC3NzaC1lZDI1NTE5AAAAIJdD7y3aLq454yWBdwLWbieU1ebz9/cu7/QEXn9OIeZJ\n"
    )
    bench.known_hosts.write_text(wrong)
    before = bench.state()
    code, printed = bench.prepare()
    assert code == 1
    assert f"ssh-keygen -R '{bench.host.address}' -f {bench.known_hosts}" in printed
    assert bench.known_hosts.read_text() == wrong
    assert bench.state() == before


def test_a_wrong_password_changes_nothing_but_the_pin(bench: Bench) -> None:
    before = bench.state()
    code, printed = bench.prepare("wrong")
    assert code == 1
    assert "refused this password for operator" in printed
    assert bench.state() == before


def test_without_a_terminal_it_fails_at_once_and_names_the_option(bench: Bench) -> None:
    code, printed = bench.rig()
    assert code == 1
    assert "--fingerprint" in printed
    assert bench.rig("--fingerprint", bench.fingerprint)[1].count("--password-stdin") == 1


def test_a_broken_sudo_configuration_is_left_alone(bench: Bench) -> None:
    bench.host.run("echo 'this is no rule' > /etc/sudoers.d/broken; chmod 440 /etc/sudoers.d/broken")
    code, printed = bench.prepare()
    assert code == 1
    assert "broken already" in printed
    assert "/etc/sudoers.d/broken" in printed
    assert bench.host.run("ls -A /etc/sudoers.d").stdout.split() == ["README", "broken"]


def test_an_overridden_sudo_rule_is_removed(bench: Bench) -> None:
    bench.host.run(
        "echo 'operator ALL=(ALL:ALL) PASSWD: ALL' > /etc/sudoers.d/zz; chmod 440 /etc/sudoers.d/zz"
    )
    code, printed = bench.prepare()
    assert code == 1
    assert "the sudo rule was removed" in printed
    assert bench.host.run("ls -A /etc/sudoers.d").stdout.split() == ["README", "zz"]


def test_a_key_that_sshd_refuses_removes_the_sudo_rule(bench: Bench) -> None:
    bench.host.run("chmod 777 /home/operator")  # sshd's StrictModes
    code, printed = bench.prepare()
    assert code == 1
    assert "a new connection by key was refused; the sudo rule was removed" in printed
    assert bench.host.run("ls -A /etc/sudoers.d").stdout.split() == ["README"]


def test_a_rule_that_was_there_before_stays_whatever_fails(bench: Bench) -> None:
    rule = "operator ALL=(ALL:ALL) NOPASSWD: ALL"
    bench.host.run(f"chmod 777 /home/operator; echo '{rule}' > {SUDOERS}; chmod 440 {SUDOERS}")
    code, printed = bench.prepare()
    assert code == 1
    assert "a new connection by key was refused" in printed
    assert bench.host.run(f"cat {SUDOERS}").stdout == f"{rule}\n"


def test_without_sudo_and_python_it_goes_through_su_and_installs_both(bench: Bench) -> None:
    bench.host.run(
        SET_ROOT_PASSWORD + "export DEBIAN_FRONTEND=noninteractive SUDO_FORCE_REMOVE=yes; "
        "apt-get -y purge sudo python3 python3-minimal; rm -rf /etc/sudoers.d; ! command -v python3 sudo"
    )
    code, printed = bench.prepare(str(bench.host.password), ROOT_PASSWORD)
    assert code == 0, printed
    assert "installed sudo python3" in printed
    assert bench.connection().root(["python3", "-c", "print(1)"]).stdout == "1\n"


def test_a_user_without_any_sudo_right_goes_through_su(bench: Bench) -> None:
    bench.host.run(SET_ROOT_PASSWORD + "gpasswd --delete operator sudo")
    code, printed = bench.prepare(str(bench.host.password), "wrong")
    assert code == 1
    assert "su refused this password" in printed
    code, printed = bench.prepare(str(bench.host.password), ROOT_PASSWORD)
    assert code == 0, printed
    assert bench.connection().root(["id", "-u"]).stdout == "0\n"


def test_root_with_a_password_can_make_the_user(bench: Bench) -> None:
    bench.host.run(
        SET_ROOT_PASSWORD
        + "echo 'PermitRootLogin yes' > /etc/ssh/sshd_config.d/root.conf; systemctl restart ssh"
    )
    known = ["--fingerprint", bench.fingerprint, "--password-stdin", "--login", "root"]
    code, printed = bench.rig(*known, user="deploy", stdin=f"{ROOT_PASSWORD}\n")
    assert code == 0, printed
    assert "created the user deploy" in printed
    assert bench.connection("deploy").root(["id", "-u"]).stdout == "0\n"


def test_a_key_that_logs_root_in_is_used_and_becomes_the_user_s(bench: Bench) -> None:
    """A cloud image whose root has a key, and no account a password."""
    (bench.home / ".ssh").mkdir(mode=0o700)
    key = bench.home / ".ssh" / "id_ed25519"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)], check=True)
    public = key.with_name("id_ed25519.pub").read_text()
    bench.host.run(
        "userdel -r operator 2>/dev/null; passwd -l root; install -d -m 700 /root/.ssh; "
        f"echo '{public.strip()}' >/root/.ssh/authorized_keys"
    )
    code, printed = bench.rig("--fingerprint", bench.fingerprint, "--login", "root", user="deploy")
    assert code == 0, printed
    assert "created the user deploy" in printed
    assert bench.connection("deploy").root(["id", "-u"]).stdout == "0\n"
    assert bench.host.run("cut -d' ' -f2 /home/deploy/.ssh/authorized_keys").stdout.split() == [
        public.split()[1]
    ]


def test_an_expired_password_is_named_with_the_command_that_changes_it(bench: Bench) -> None:
    bench.host.run("chage -d 0 operator")
    before = bench.state()
    code, printed = bench.prepare()
    assert code == 1
    assert "the password of operator has expired" in printed
    assert f"UserKnownHostsFile={bench.known_hosts} operator@{bench.host.address}" in printed
    assert bench.state() == before


def test_an_expired_password_of_root_is_named(bench: Bench) -> None:
    bench.host.run(
        SET_ROOT_PASSWORD + "chage -d 0 root; gpasswd --delete operator sudo; "
        "echo 'PermitRootLogin yes' > /etc/ssh/sshd_config.d/root.conf; systemctl restart ssh"
    )
    code, printed = bench.prepare(str(bench.host.password), ROOT_PASSWORD)
    assert (code, "the password of root has expired" in printed) == (1, True), printed
    known = ["--fingerprint", bench.fingerprint, "--password-stdin", "--login", "root"]
    code, printed = bench.rig(*known, user="deploy", stdin=f"{ROOT_PASSWORD}\n")
    assert (code, "the password of root has expired" in printed) == (1, True), printed
    assert f"root@{bench.host.address}" in printed


def test_other_commands_name_bootstrap_until_the_host_is_prepared(bench: Bench) -> None:
    with pytest.raises(RigError, match=f"rig bootstrap {bench.host.address} --user operator"):
        bench.connection()
    assert bench.prepare("wrong")[0] == 1
    (bench.home / ".ssh").mkdir(exist_ok=True)
    with pytest.raises(RigError, match=f"rig bootstrap {bench.host.address} --user operator"):
        bench.connection()


def test_with_a_key_and_no_sudo_rule_the_password_is_for_sudo_alone(bench: Bench) -> None:
    assert bench.prepare()[0] == 0
    bench.host.run(f"rm {SUDOERS}; echo PasswordAuthentication no > /etc/ssh/sshd_config.d/no.conf")
    bench.host.run("systemctl restart ssh")
    with pytest.raises(RigError, match=f"rig bootstrap {bench.host.address} --user operator"):
        bench.connection().root(["true"])
    before = bench.host.run("cat /home/operator/.ssh/authorized_keys").stdout
    code, printed = bench.prepare("wrong")
    assert code == 1
    assert "sudo refused this password" in printed
    code, printed = bench.prepare()
    assert code == 0, printed
    assert bench.connection().root(["id", "-u"]).stdout == "0\n"
    assert bench.host.run("cat /home/operator/.ssh/authorized_keys").stdout == before


def test_at_a_terminal_it_shows_the_fingerprint_and_prompts_without_echo(bench: Bench) -> None:
    pid, terminal = pty.fork()
    if pid == 0:
        os.execve(sys.executable, bench.command(), bench.environment)  # noqa: S606  a list, no shell
    printed = _expect(terminal, "Is it the same?")
    assert bench.fingerprint in printed
    assert "ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub" in printed
    os.write(terminal, b"yes\n")
    printed += _expect(terminal, "password of operator")
    os.write(terminal, f"{bench.host.password}\n".encode())
    printed += _expect(terminal, "verified by a new connection")
    _, status = os.waitpid(pid, 0)
    assert os.waitstatus_to_exitcode(status) == 0
    bench.printed.append(printed)


def _expect(terminal: int, text: str) -> str:
    printed = ""
    while text not in printed:
        try:
            part = os.read(terminal, 4096)
        except OSError:
            part = b""
        assert part, f"ended before {text!r}:\n{printed}"
        printed += part.decode(errors="replace")
    return printed
