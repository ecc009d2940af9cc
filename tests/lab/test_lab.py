"""The lab itself: its hosts behave like real ones, and the machine is afterwards what it was before."""

from __future__ import annotations

import json
import re
import shlex
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import paramiko
import pytest

from rigwright import lab
from rigwright.errors import RigError
from rigwright.lab import LabHost, cgroup, image, paths
from rigwright.lab.recipe import RECIPES
from rigwright.settings.platform import Os, os_of

pytestmark = pytest.mark.alone

ROOT = Path(__file__).parents[2]
RIG = [sys.executable, "-m", "rigwright", "lab"]


@pytest.fixture(scope="module")
def host() -> Iterator[LabHost]:
    yield lab.up("t-lab")
    lab.down("t-lab")


@pytest.fixture(scope="module")
def fresh() -> Iterator[LabHost]:
    yield lab.up("t-lab-fresh", fresh=True)
    lab.down("t-lab-fresh")


def ssh(host: LabHost, command: str) -> str:
    done = subprocess.run(
        [*host.ssh(), "--", command], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def seconds_to_connect(host: LabHost) -> float:
    started = time.perf_counter()
    socket.create_connection((host.address, 22), timeout=10).close()
    return time.perf_counter() - started


def test_a_host_with_an_image_starts_in_far_less_time_than_an_image_takes() -> None:
    image.image(RECIPES["debian13"])
    started = time.monotonic()
    quick = lab.up("t-lab-quick")
    try:
        assert ssh(quick, "hostname") == "t-lab-quick"
        assert time.monotonic() - started < 30
    finally:
        lab.down("t-lab-quick")


def test_every_service_of_a_host_has_started(host: LabHost) -> None:
    assert host.run("systemctl is-system-running --wait", check=False).stdout.strip() == "running"


def test_the_operator_logs_in_with_a_key_and_needs_no_password(host: LabHost) -> None:
    assert ssh(host, "id -un && sudo -n id -un") == "operator\nroot"
    assert "parsed OK" in host.run("visudo -c").stdout


def test_a_wrong_host_key_is_refused(host: LabHost, tmp_path: Path) -> None:
    other = tmp_path / "known_hosts"
    subprocess.run(["ssh-keygen", "-qN", "", "-t", "ed25519", "-f", str(tmp_path / "key")], check=True)
    other.write_text(f"{host.address} {(tmp_path / 'key.pub').read_text()}")
    command = [part.replace(host.known_hosts, str(other)) for part in host.ssh()]
    assert subprocess.run([*command, "true"], capture_output=True, check=False).returncode == 255


def test_a_host_installs_packages_without_an_update_first(host: LabHost) -> None:
    host.run("apt-get -qq install --no-install-recommends hello >/dev/null && hello")


def test_a_host_reaches_https_with_verified_certificates(host: LabHost) -> None:
    if not host.run("cat /etc/apt/sources.list.d/debian.sources").stdout.count("deb.debian.org"):
        pytest.skip("this machine's packages come from a mirror of its own")
    host.run(
        "curl --fail --silent --show-error --output /dev/null https://deb.debian.org/debian/dists/trixie/Release"
    )


def test_hosts_reach_each_other_by_both_protocols(host: LabHost, fresh: LabHost) -> None:
    for address in (fresh.address, fresh.address6):
        host.run(f"exec 3<>/dev/tcp/{address}/22 && head -c 4 <&3".join(["bash -c '", "'"]))


def test_the_image_holds_no_host_keys_and_every_host_has_its_own(host: LabHost, fresh: LabHost) -> None:
    assert not list(Path(host.image, "etc/ssh").glob("ssh_host_*"))
    read = "cat /etc/ssh/ssh_host_ed25519_key.pub /etc/machine-id"
    assert host.run(read).stdout != fresh.run(read).stdout


def test_a_fresh_host_accepts_its_password_and_no_key(fresh: LabHost) -> None:
    assert fresh.password
    with paramiko.SSHClient() as client:
        client.load_host_keys(fresh.known_hosts)
        with pytest.raises(paramiko.AuthenticationException):
            client.connect(fresh.address, username="operator", key_filename=fresh.key, look_for_keys=False)
        client.connect(fresh.address, username="operator", password=fresh.password, look_for_keys=False)
        _, out, _ = client.exec_command("sudo -n true; echo $?")
        assert out.read() == b"1\n"
        stdin, out, _ = client.exec_command("sudo -S id -u")
        stdin.write(f"{fresh.password}\n")
        stdin.flush()
        assert out.read() == b"0\n"


def test_a_password_stays_out_of_what_python_prints(fresh: LabHost) -> None:
    assert fresh.password
    assert fresh.password not in repr(fresh)


def test_a_command_keeps_its_quotes_and_a_script_is_read_by_the_hosts_shell(host: LabHost) -> None:
    def ssh_words(*words: str) -> str:
        done = subprocess.run(
            [*RIG, "ssh", host.name, "--", *words], cwd=ROOT, capture_output=True, text=True, check=True
        )
        return done.stdout

    assert ssh_words("printf", "%s.", "a  b", "$HOME") == "a  b.$HOME."
    assert ssh_words("cd /; pwd") == "/\n"


def test_several_hosts_can_start_at_once() -> None:
    names = [f"t-lab-many-{n}" for n in range(3)]
    try:
        starting = [
            subprocess.Popen([*RIG, "up", name], cwd=ROOT, stdout=subprocess.DEVNULL) for name in names
        ]
        assert [process.wait(300) for process in starting] == [0, 0, 0]
        up = [host for host in lab.hosts() if host.name in names]
        assert len({host.address for host in up}) == 3
        assert [ssh(host, "hostname") for host in up] == names
    finally:
        subprocess.run([*RIG, "down", *names], cwd=ROOT, check=True)


def test_docker_has_a_disk_that_its_storage_driver_can_stand_on(host: LabHost) -> None:
    packages = "docker.io docker-cli iptables busybox-static"
    host.run(f"apt-get -qq install --no-install-recommends {packages} >/dev/null 2>&1")
    assert host.run("docker info --format '{{.Driver}} {{.CgroupVersion}}'").stdout == "overlay2 2\n"
    host.run(
        "mkdir -p /tmp/i/bin /tmp/i/www && cp /bin/busybox /tmp/i/bin/ && echo hello >/tmp/i/www/index.html"
    )
    host.run("tar -C /tmp/i -c . | docker import - stand-in:1")
    host.run("docker run --detach --publish 8080:80 stand-in:1 /bin/busybox httpd -f -h /www")
    assert host.run("curl -s --retry 5 --retry-connrefused http://localhost:8080/").stdout == "hello\n"


def test_reset_gives_the_pristine_disk_and_keeps_addresses_and_keys(host: LabHost) -> None:
    host.run("echo changed >/etc/motd; rm /usr/bin/curl; touch /var/lib/docker/x")
    keys = host.run("cat /etc/ssh/ssh_host_*_key.pub").stdout
    again = lab.reset(host.name)
    assert (again.address, again.address6) == (host.address, host.address6)
    assert again.run("cat /etc/ssh/ssh_host_*_key.pub").stdout == keys
    assert ssh(again, "curl --version >/dev/null && cat /etc/motd; ls /var/lib/docker").count("changed") == 0


def test_a_reboot_is_a_new_boot_with_the_same_disk(host: LabHost) -> None:
    boot_id = "cat /proc/sys/kernel/random/boot_id"
    before = host.run(
        f"echo kept >/root/kept; touch /run/gone; ip link add gone type bridge; {boot_id}"
    ).stdout
    host.reboot()
    assert host.run(boot_id).stdout != before
    assert host.run("cat /root/kept; ls /run/gone; ip link show gone", check=False).stdout == "kept\n"


def test_a_power_cut_kills_everything_and_keeps_the_disk(host: LabHost) -> None:
    host.run("echo kept >/root/cut; systemd-run --quiet --unit=victim sleep 1000; touch /run/gone")
    host.power_cycle()
    assert (
        host.run("cat /root/cut; ls /run/gone; systemctl is-active victim", check=False).stdout
        == "kept\ninactive\n"
    )
    assert ssh(host, "true") == ""


# Each would leave the machine as it is if it were let through.
@pytest.mark.parametrize(
    "attempt",
    [
        "python3 -c 'import time; time.clock_settime(0, time.time())'",
        "sysctl -w vm.swappiness=$(cat /proc/sys/vm/swappiness)",
        "sysctl -w kernel.panic=$(cat /proc/sys/kernel/panic)",
        "modprobe --first-time loop",
    ],
)
def test_root_on_a_host_cannot_change_the_machines_kernel(host: LabHost, attempt: str) -> None:
    by_ssh = subprocess.run(
        [*host.ssh(), "--", f"sudo sh -c {shlex.quote(attempt)}"], capture_output=True, check=False
    )
    assert by_ssh.returncode not in {0, 255}
    assert host.run(attempt, check=False).returncode != 0


def test_a_host_sets_its_own_network_sysctls(host: LabHost) -> None:
    machine = Path("/proc/sys/net/ipv4/tcp_fin_timeout").read_text()
    host.run("sysctl -w net.ipv4.tcp_fin_timeout=17")
    assert Path("/proc/sys/net/ipv4/tcp_fin_timeout").read_text() == machine


@pytest.mark.parametrize("milliseconds", [20, 100])
def test_latency_holds_every_packet_for_its_time_and_ends(host: LabHost, milliseconds: int) -> None:
    with lab.latency(host, milliseconds):
        seconds_to_connect(host)  # neighbour discovery
        took = min(seconds_to_connect(host) for _ in range(5)) * 1000
        assert milliseconds <= took < 2 * milliseconds
    assert min(seconds_to_connect(host) for _ in range(5)) * 1000 < milliseconds


def test_a_host_at_a_distance_comes_back_when_the_user_of_the_distance_was_killed(host: LabHost) -> None:
    script = (
        "import time; from rigwright import lab\n"
        f"host, = [h for h in lab.hosts() if h.name == {host.name!r}]\n"
        "with lab.latency(host, 400): print('far', flush=True); time.sleep(100)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as user:
        assert user.stdout
        assert user.stdout.readline() == "far\n"
        user.kill()
    lab.up(host.name)
    assert ssh(host, "echo near") == "near"


@pytest.mark.parametrize("after", [0.15, 0.3, 0.45, 0.6, 0.9, 1.3])
def test_a_killed_up_is_cleaned_up_by_the_next(after: float) -> None:
    name = "t-lab-killed"
    with subprocess.Popen([*RIG, "up", name], cwd=ROOT, stdout=subprocess.DEVNULL) as killed:
        time.sleep(after)
        killed.send_signal(signal.SIGKILL)
    try:
        assert ssh(lab.up(name), "hostname") == name
    finally:
        lab.down(name)
    assert not paths.host_folder(name).exists()
    assert not [group for root in cgroup.roots() for group in (root / cgroup.PARENT).glob(name)]


def test_a_removal_that_ends_half_way_leaves_no_host_and_the_next_up_makes_one() -> None:
    name = "t-lab-half"
    lab.down(name)
    host = lab.up(name)
    stuck = host.folder / "upper" / "srv"
    stuck.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "none", stuck], check=True)
    try:
        with pytest.raises(OSError, match="busy"):
            lab.down(name)
    finally:
        subprocess.run(["umount", stuck], check=True)
    try:
        assert ssh(lab.up(name), "hostname") == name
    finally:
        lab.down(name)


def test_only_a_durable_host_waits_for_the_disk() -> None:
    for durable in (False, True):
        host = lab.up("t-lab-disk", durable=durable)
        try:
            options = host.run("findmnt -n -o OPTIONS /").stdout
            assert ("volatile" in options) != durable
            host.run("echo kept >/etc/kept")
            host.power_cycle()
            assert host.run("cat /etc/kept").stdout == "kept\n"
        finally:
            lab.down("t-lab-disk")


def test_a_killed_image_build_leaves_nothing_under_the_images_name(tmp_path: Path) -> None:
    script = (
        "import pathlib, dataclasses; from rigwright.lab import image, recipe\n"
        f"image.IMAGES = pathlib.Path({str(tmp_path)!r}); image.IMAGE_LOCK = image.IMAGES / '.lock'\n"
        "image.image(dataclasses.replace(recipe.RECIPES['debian13'], packages=('no-such-package',)))\n"
    )
    with subprocess.Popen([sys.executable, "-c", script], cwd=ROOT, stderr=subprocess.DEVNULL) as killed:
        deadline = time.monotonic() + 120
        while not list(tmp_path.glob(".build-*/tree/var/lib")) and time.monotonic() < deadline:
            time.sleep(0.01)
        killed.kill()
    assert [path.name[:7] for path in tmp_path.iterdir() if path.name != ".lock"] == [".build-"]
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert "mmdebstrap could not make the image" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == [".lock"]


def test_ubuntu_is_refused_with_a_next_step_where_its_archive_cannot_be_reached(tmp_path: Path) -> None:
    script = (
        "import pathlib; from rigwright.lab import image, keyring, recipe\n"
        f"image.IMAGES = pathlib.Path({str(tmp_path)!r}); image.IMAGE_LOCK = image.IMAGES / '.lock'\n"
        "keyring.UBUNTU_KEYRING = '/nonexistent'\n"
        "image.image(recipe.RECIPES['ubuntu2404'])\n"
    )
    command = ["unshare", "--net", sys.executable, "-c", script]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert "Ubuntu's archive cannot be reached from this machine" in done.stderr
    assert "next: use --os debian13" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == [".lock"]


@pytest.mark.parametrize("system", [system for system in RECIPES if system != "debian13"])
def test_every_release_boots_and_knows_its_name(system: Os, *, exhaustive: bool) -> None:
    if system.startswith("ubuntu") and not exhaustive:
        pytest.skip("Ubuntu's images are made with --exhaustive only")
    other = lab.up("t-lab-other", system)
    try:
        assert os_of(other.run("cat /etc/os-release").stdout) == system
        assert other.run("systemctl is-system-running --wait", check=False).stdout == "running\n"
        assert ssh(other, "sudo -n apt-get --simulate install hello | grep -c '^Inst hello'") == "1"
    finally:
        lab.down("t-lab-other")


def test_one_name_cannot_be_two_kinds_of_host(host: LabHost) -> None:
    with pytest.raises(RigError, match="another kind"):
        lab.up(host.name, fresh=True)


def test_the_list_of_hosts_needs_no_root_and_shows_what_runs(host: LabHost) -> None:
    answer = subprocess.run([*RIG, "list", "--json"], cwd=ROOT, capture_output=True, check=True)
    listed = {one["name"]: one for one in json.loads(answer.stdout)}
    assert listed[host.name]["address"] == host.address
    assert (host.folder / "host.json").stat().st_mode & 0o777 == 0o600


# A machine of its own as far as network, mounts and the lab's records go: other hosts may stay up meanwhile.
WHOLE_LIFE = """
set -eu
mount -t tmpfs tmpfs /var/lib/rigwright/lab
ip link set lo up
ip link add uplink type veth peer name beyond
ip addr add 192.0.2.2/24 dev uplink
ip link set uplink up
ip link set beyond up
ip route add default via 192.0.2.1
nft add table inet machine
sysctl -qw net.ipv4.conf.uplink.forwarding=0
state() {
    sysctl -a 2>/dev/null
    nft list ruleset
    cut -d' ' -f5- /proc/self/mountinfo
    ip -brief link
    ip -brief address show scope global
    ip route
    ls /run/systemd/nspawn/propagate 2>/dev/null | grep t-lab-life || :
    find /sys/fs/cgroup -name 't-lab-life*' 2>/dev/null || :
    ls /var/lib/rigwright/lab
}
state >"$1/before"
"$2" -m rigwright lab up t-lab-life-1 t-lab-life-2
state >"$1/while"
"$2" -m rigwright lab down t-lab-life-1
"$2" -m rigwright lab down --all
state >"$1/after"
"""
VOLATILE = re.compile(
    r"fs\.(dentry-state|quota\.|file-nr|inode-(nr|state)|aio-nr)|kernel\.(ns_last_pid|pty\.nr|random\.)|.*nf_conntrack_count"
    r"|.*:[^:]* @|kernel\.perf_event_max_sample_rate"
)


def test_after_a_labs_whole_life_the_machine_is_what_it_was(tmp_path: Path) -> None:
    image.image(RECIPES["debian13"])
    subprocess.run(
        ["unshare", "--net", "--mount", "sh", "-c", WHOLE_LIFE, "sh", str(tmp_path), sys.executable],
        cwd=ROOT, check=True,
    )  # fmt: skip
    before, meanwhile, after = (
        [line for line in (tmp_path / name).read_text().splitlines() if not VOLATILE.match(line)]
        for name in ("before", "while", "after")
    )
    assert after == before
    assert "rigwright_lab" in "\n".join(meanwhile)
    # Even meanwhile the machine itself has no new mounts, and no changed setting but the uplink's forwarding.
    added = [
        line
        for line in meanwhile
        if line not in before and not re.search(r"rigwright|riglab|t-lab-life", line)
    ]
    assert [line for line in added if line.startswith(("/", "kernel", "vm", "fs"))] == []
    assert [line for line in added if line.startswith("net.")] == [
        "net.ipv4.conf.uplink.forwarding = 1",
    ]
