"""The operator's machine needs nothing that only Linux has: every command works without it.

What is tried is Linux with less: a short PATH, no ``/proc``, no names in Python's library that macOS lacks.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from rigwright import lab
from rigwright.lab import LabHost
from tests.support.command import ROOT
from tests.support.operator_path import Operator
from tests.support.waiting import wait_until

NAME = "path-13"
INVENTORY = "inventories/office.py"
SHELLS = [path for name in ("sh", "busybox") if (path := shutil.which(name))]
PATIENCE_SECONDS = 60


@pytest.fixture(scope="module")
def host() -> Iterator[LabHost]:
    lab.down(NAME)
    yield lab.up(NAME)
    lab.down(NAME)


@pytest.fixture(scope="module")
def operator(host: LabHost, tmp_path_factory: pytest.TempPathFactory) -> Operator:
    """An operator with an inventory of the host, which ``rig init`` wrote without Linux too."""
    found = Operator(tmp_path_factory.mktemp("operator"))
    where = f"{host.user}@{host.address}:{host.port}"
    keys = ("--key", host.key, "--inventory-known-hosts", host.known_hosts)
    done = found.rig("init", where, *keys, "--template", "web", "--output", INVENTORY)
    assert done.returncode == 0, done.stdout
    return found


def test_the_machine_lacks_what_only_linux_has(operator: Operator) -> None:
    for name in ("flock", "setpriv", "apt-get", "sudo", "systemctl"):
        assert shutil.which(name, path=str(operator.tools)) is None
    script = 'test -z "$(ls -A /proc)" && .venv/bin/python -I -c "import os; os.sched_getaffinity"'
    hidden = operator.hide.partition(" && ")[0]
    done = subprocess.run(
        ["/usr/bin/unshare", "--mount", "/bin/sh", "-c", f"{hidden} && {script}"],
        cwd=operator.clone.root, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert "AttributeError: module 'os' has no attribute 'sched_getaffinity'" in done.stderr


def test_plan_apply_verify_drift_and_health_work(operator: Operator) -> None:
    for command, code, words in (
        ("plan", 2, "differences on 1 host"),
        ("apply", 0, f"✓ {NAME}  in sync"),
        ("plan", 0, "0 differences on 1 host"),
        ("verify", 0, NAME),
        ("drift", 0, "0 differences on 1 host"),
    ):
        done = operator.rig(command, INVENTORY)
        assert done.returncode == code, (command, done.stdout[-4000:])
        assert words in done.stdout, command
    done = operator.rig("health", INVENTORY)
    assert done.returncode in (0, 2), done.stdout
    assert "memory" in done.stdout


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_an_apply_ends_with_the_rig_that_was_killed(operator: Operator, number: signal.Signals) -> None:
    inventory = operator.clone.root / INVENTORY
    before = inventory.read_text()
    inventory.write_text(before.replace("os=", f"# {number}\n    os=").replace("NginxSettings()", "None"))
    try:
        with operator.started("apply", INVENTORY) as rig:
            wait_until(lambda: bool(applying(operator.clone.root)), seconds=PATIENCE_SECONDS)
            (child,) = applying(operator.clone.root)
            rig.send_signal(number)
            assert rig.wait(PATIENCE_SECONDS) == -number
        wait_until(lambda: applying(operator.clone.root) == [], seconds=PATIENCE_SECONDS)
        assert child
    finally:
        inventory.write_text(before)
    done = operator.rig("apply", INVENTORY)
    assert done.returncode == 0, done.stdout


def applying(root: Path) -> list[int]:
    """Processes of pyinfra that apply an inventory of this clone."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            words = (folder / "cmdline").read_bytes().decode(errors="replace").split("\0")
        except OSError:
            continue
        if "pyinfra" in words and words[0].startswith(str(root)):
            found.append(int(folder.name))
    return found


@pytest.mark.parametrize("shell", SHELLS)
def test_two_first_calls_at_once_make_one_environment_without_flock(shell: str, tmp_path: Path) -> None:
    """The script alone, with a package that prints that it runs and nothing to install."""
    assert Path("/bin/sh").resolve().name != "bash", "nothing is shown about a plain sh"
    shutil.copy2(ROOT / "rig", tmp_path / "rig")
    (tmp_path / "requirements.lock").touch()
    (tmp_path / "rigwright").mkdir()
    (tmp_path / "rigwright" / "__main__.py").write_text("print('it runs')\n")
    tools = tmp_path / "bin"
    tools.mkdir()
    for name in ("cmp", "cp", "mv", "python3", "readlink", "rm"):
        (tools / name).symlink_to(str(shutil.which(name)))
    command = [shell, "sh"] if Path(shell).name == "busybox" else [shell]
    calls = [
        subprocess.Popen(
            [*command, str(tmp_path / "rig")],
            env={"PATH": str(tools), "HOME": str(tmp_path)},
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )
        for _ in range(2)
    ]  # fmt: skip
    output = [call.communicate(timeout=300) for call in calls]
    assert [call.returncode for call in calls] == [0, 0], output
    assert [out for out, _ in output] == ["it runs\n", "it runs\n"]
    assert sum("making .venv" in err for _, err in output) == 1, output
    assert not list(tmp_path.glob(".venv.new*"))
    assert os.access(tmp_path / ".venv" / "bin" / "python", os.X_OK)
