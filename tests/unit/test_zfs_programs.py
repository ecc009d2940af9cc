"""The programs that make pools and datasets, query the kernel's part, and copy, run here with other tools."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from deploys.zfs.datasets import Dataset
from deploys.zfs.settings import Pool, ZfsSettings
from deploys.zfs.state import desired
from rigwright.desired import RuntimeState
from rigwright.desired.program import program, shell
from rigwright.settings.platform import Platform
from tests.support.tools import Tools

DATA = Pool(name="data", disks=["nvme-A"])
BACKUP = Pool(name="backup", disks=["ata-C"])


def state(name: str, pools: tuple[Pool, ...] = (DATA,), *datasets: Dataset) -> RuntimeState:
    """One runtime state of a host with these pools and datasets."""
    settings = ZfsSettings(arc_limit=2**30, pools=pools, datasets=datasets)
    return next(one for one in desired(settings, Platform("debian13")).runtime_states if one.name == name)


@pytest.fixture
def tools(tmp_path: Path) -> Tools:
    found = Tools(tmp_path, "modprobe", "zfs", "zpool")
    # Only a machine without /etc/hostid calls it, so that its calls are not written down.
    (found.folder / "zgenhostid").symlink_to("/bin/true")
    return found


def making(action: str, *pools: Pool) -> str:
    """What makes pools where the disks of each are in this state."""
    remedy = state("pools", pools).remediation
    changed = re.sub(
        r"^query=.*?(?=^plan=)", f"query='print(\"{action}\")'\n", remedy, flags=re.DOTALL | re.MULTILINE
    )
    assert len(changed) < len(remedy)
    return changed


MIRROR = Pool(name="data", disks=["nvme-A", "nvme-B"], layout="mirror")
CREATE = "zpool create -m none -O canmount=off -O atime=off -O xattr=sa -O compression=lz4 -o ashift=12"
BY_ID = "/dev/disk/by-id"
TASKS = "org.debian:periodic-scrub=enable org.debian:periodic-trim=enable"


def test_a_pool_is_made_by_stable_names_and_without_force(tools: Tools) -> None:
    assert tools.run("sh", "-c", making("create", MIRROR, BACKUP)).returncode == 0
    assert tools.calls() == [
        "modprobe zfs",
        f"{CREATE} data mirror {BY_ID}/nvme-A {BY_ID}/nvme-B",
        *(f"zpool set {one} data" for one in ("autoexpand=off", "autotrim=off", "failmode=wait")),
        f"zfs set {TASKS} data",
        f"{CREATE} backup {BY_ID}/ata-C",
        *(f"zpool set {one} backup" for one in ("autoexpand=off", "autotrim=off", "failmode=wait")),
        f"zfs set {TASKS} backup",
    ]


def test_a_pool_that_is_imported_keeps_its_disks_and_gets_its_properties(tools: Tools) -> None:
    tools.run("sh", "-c", making("import", DATA))
    assert tools.calls()[1] == f"zpool import -N -d {BY_ID} data"
    tools.run("sh", "-c", making("here", DATA))
    assert tools.calls()[1] == "zpool set autoexpand=off data"


def test_disks_that_are_refused_stop_everything(tools: Tools) -> None:
    assert tools.run("sh", "-c", making("refused", DATA)).returncode == 1
    assert tools.calls() == ["modprobe zfs"]


def test_a_kernel_without_the_module_is_reported_with_what_to_do(tools: Tools) -> None:
    tools.add("modprobe", "exit 1")
    done = tools.run("sh", "-c", making("create", DATA))
    assert (done.returncode, "mokutil --import" in done.stdout) == (1, True)
    assert tools.calls() == ["modprobe zfs"]


def test_a_missing_dataset_is_made_with_its_properties(tools: Tools) -> None:
    tools.add("zfs", '[ "$1" != list ]')
    remedy = state("datasets", (DATA,), Dataset(name="data/a", mountpoint="/srv/none-such")).remediation
    assert tools.run("sh", "-c", remedy).returncode == 0
    _, created = tools.calls()
    assert created.startswith("zfs create -o recordsize=131072 -o compression=lz4 ")
    assert created.endswith("-o canmount=on -o mountpoint=/srv/none-such data/a")


def test_a_dataset_that_is_there_is_set_and_mounted_but_never_moved(tools: Tools) -> None:
    remedy = state("datasets", (DATA,), Dataset(name="data/a", mountpoint="/srv/a")).remediation
    tools.add("zfs", "case $* in *mountpoint*data*) echo /srv/a ;; *mounted*) echo no ;; esac")
    assert tools.run("sh", "-c", remedy).returncode == 0
    calls = tools.calls()
    assert [call.split()[1] for call in calls] == ["list", "get", "set", "get", "mount"]
    assert calls[-1] == "zfs mount data/a"
    tools.add("zfs", "case $* in *mountpoint*data*) echo /srv/other ;; esac")
    done = tools.run("sh", "-c", remedy)
    assert done.returncode == 1
    assert "data/a is at /srv/other, wanted /srv/a" in done.stdout
    assert [call.split()[1] for call in tools.calls()] == ["list", "get"]


def test_every_unit_is_named_with_its_state_also_one_that_is_missing(tools: Tools) -> None:
    tools.add("systemctl", '[ "$2" = none.service ] || echo enabled')
    done = tools.run("sh", "-c", shell("zfs/programs/query_boot.sh", "a.service", "none.service"))
    assert json.loads(done.stdout) == {"a.service": "enabled", "none.service": "not found"}


def test_queries_print_their_keys_on_a_machine_without_zfs(tools: Tools) -> None:
    for name in ("read cache", "zfs at boot", "timetable of scrubs and trims"):
        one = state(name)
        assert {*json.loads(tools.run("sh", "-c", one.command).stdout)} == {*dict(one.expected)}


def test_a_copy_that_fails_twice_does_not_stop_the_others(tools: Tools, tmp_path: Path) -> None:
    tools.add("sleep", "")
    tools.add("syncoid", 'for one; do :; done; [ "$one" != backup/a ]')
    script = program("zfs/programs/replicate.sh").replace("PATH=", f"PATH={tools.folder}:")
    (tmp_path / "replicate").write_text(script)
    (tmp_path / "replicas").write_text("data/a backup/a\ndata/b backup/b\n")
    done = tools.run("sh", str(tmp_path / "replicate"))
    assert (done.returncode, done.stderr) == (1, "the copy of data/a in backup/a is not up to date\n")
    assert [call.split()[-1] for call in tools.calls()] == ["backup/a", "30", "backup/a", "backup/b"]
