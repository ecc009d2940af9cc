"""The repository's Vagrantfile, read by Vagrant; ``tests/lab/test_vm_vagrant.py`` starts its machine."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import get_args

import pytest

from rigwright.lab import packages
from rigwright.settings.platform import Os
from tests.support.pages import ROOT


@pytest.fixture(scope="module", autouse=True)
def _vagrant() -> None:
    packages.install_missing("vagrant")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A folder with a copy of the Vagrantfile, and nothing of the developer's own machines."""
    shutil.copy2(ROOT / "Vagrantfile", tmp_path)
    return tmp_path


def vagrant(project: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run Vagrant, which keeps its state in the project; standard error is part of the output."""
    return subprocess.run(
        ["vagrant", *arguments],
        cwd=project,
        env={**os.environ, "VAGRANT_HOME": str(project / "home"), "VAGRANT_CHECKPOINT_DISABLE": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=300,
    )


def test_the_vagrantfile_is_valid(project: Path) -> None:
    done = vagrant(project, "validate")
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    ("right", "wrong"),
    [("node.vm.box = ", "node.vm.bx = "), ("libvirt.memory = ", "libvirt.memroy = ")],
    ids=["machine", "libvirt"],
)
def test_a_setting_that_does_not_exist_would_be_noticed(project: Path, right: str, wrong: str) -> None:
    text = (project / "Vagrantfile").read_text()
    assert right in text
    (project / "Vagrantfile").write_text(text.replace(right, wrong))
    assert vagrant(project, "validate").returncode != 0


def test_every_machine_is_known_to_the_connector_of_pyinfra_by_its_system(project: Path) -> None:
    told = vagrant(project, "status", "--machine-readable").stdout.splitlines()
    machines = {line.split(",")[1] for line in told if ",state," in line}
    assert len(machines) == 2
    assert machines <= set(get_args(Os))
    groups = json.loads((ROOT / "@vagrant.json").read_text())["groups"]
    assert groups.keys() == machines
    for machine, (group,) in groups.items():
        assert f'"{machine}"' in (ROOT / "group_data" / f"{group}.py").read_text()
