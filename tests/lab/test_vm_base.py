"""What of the base only a kernel of one's own can show: the audit log and kernel settings."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from rigwright import lab
from rigwright.lab import LabHost
from tests.support.command import rig, rig_json
from tests.support.lab_inventory import one_host
from tests.support.waiting import wait_until

NAME = "v-base"
RIG = "        Rig(machine=Machine(os=one.os), base=base.everything(one.os)),"
INVENTORY = f"""
from deploys.rig import Machine, Rig
from inventories.scenarios import base
from rigwright.inventory.load import ssh_host
from rigwright.lab import hosts as _hosts

{one_host(NAME, RIG)}"""


@pytest.fixture(scope="module")
def host() -> Iterator[LabHost]:
    """A VM with the base applied."""
    lab.down(NAME)
    yield lab.up(NAME, kind="vm")
    lab.down(NAME)


@pytest.fixture(scope="module")
def inventory(host: LabHost, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """With every setting changed, the audit log among them."""
    path = tmp_path_factory.mktemp("inventory") / "vm.py"
    path.write_text(INVENTORY)
    host.run("systemctl is-system-running --wait", check=False)
    done = rig("apply", path)
    assert done.returncode == 0, done.stdout
    return path


def operator(host: LabHost, command: str) -> str:
    """What a command of the operator prints, over SSH as a person comes in."""
    done = subprocess.run(
        [*host.ssh(), command], capture_output=True, text=True, check=True, stdin=subprocess.DEVNULL
    )
    return done.stdout.strip()


def written_down(host: LabHost, key: str) -> str:
    found = host.run(f"ausearch --input-logs --interpret --key rigwright-{key} </dev/null", check=False)
    return found.stdout


def test_a_second_look_finds_nothing_and_the_host_is_what_the_inventory_says(inventory: Path) -> None:
    done = rig("drift", inventory)
    assert done.returncode == 0, done.stdout
    verified = rig("verify", inventory)
    assert verified.returncode == 0, verified.stdout
    assert "kernel is shared" not in verified.stdout


@pytest.mark.usefixtures("inventory")
def test_who_changes_what_sudo_allows_is_written_down_with_their_login(host: LabHost) -> None:
    assert "enabled 1" in host.run("auditctl -s").stdout
    operator(
        host, "echo '# nothing' | sudo tee /etc/sudoers.d/tried >/dev/null && sudo rm /etc/sudoers.d/tried"
    )
    wait_until(lambda: "/etc/sudoers.d/tried" in written_down(host, "sudo"))
    assert f"auid={host.user}" in written_down(host, "sudo")


@pytest.mark.usefixtures("inventory")
def test_a_module_that_is_loaded_and_a_clock_that_is_set_are_written_down(host: LabHost) -> None:
    operator(host, "sudo modprobe dummy && sudo date --set=+1sec >/dev/null")
    wait_until(lambda: "name=dummy" in written_down(host, "modules"))
    wait_until(lambda: "clock_settime" in written_down(host, "time"))


def test_rules_and_settings_that_somebody_takes_out_of_the_kernel_are_found_and_come_back(
    host: LabHost, inventory: Path
) -> None:
    host.run("auditctl -D && sysctl -qw vm.swappiness=77 net.ipv4.ip_local_port_range='30000 40000'")
    code, told = rig_json("drift", inventory)
    assert code == 2, told
    found = {(one["kind"], one["where"]) for one in told["hosts"][0]["findings"]}
    assert found == {
        ("runtime_state.value", "audit: differing"),
        ("runtime_state.value", "sysctl: net.ipv4.ip_local_port_range"),
        ("runtime_state.value", "kernel: differing"),
    }
    done = rig("apply", inventory)
    assert done.returncode == 0, done.stdout
    assert "/etc/sudoers" in host.run("auditctl -l").stdout
    assert host.run("cat /proc/sys/vm/swappiness /proc/sys/net/ipv4/ip_local_port_range").stdout.split() == [
        "10", "20000", "60000",
    ]  # fmt: skip


def test_without_the_audit_log_nothing_of_it_is_left_in_the_kernel(host: LabHost, inventory: Path) -> None:
    without = inventory.with_name("without.py")
    without.write_text(
        INVENTORY.replace(
            "base.everything(one.os)", 'base.everything(one.os).model_copy(update={"audit": None})'
        )
    )
    done = rig("apply", without)
    assert done.returncode == 0, done.stdout
    assert host.run("auditctl -l").stdout.strip() == "No rules"
    assert host.run("systemctl is-active auditd", check=False).stdout.strip() == "inactive"
