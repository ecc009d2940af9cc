"""``./rig`` on a host that has Debian and nothing else."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from rigwright import lab
from rigwright.lab import LabHost

pytestmark = pytest.mark.alone

ROOT = Path(__file__).parents[2]
RIG = "/home/operator/src/rig"


@pytest.fixture(scope="module")
def bare() -> Iterator[LabHost]:
    host = lab.up("t-lab-script")
    try:
        if host.run("curl -sf -o /dev/null https://pypi.org/simple/click/", check=False).returncode:
            pytest.skip("pypi.org cannot be reached from a lab host")
        host.run("mkdir /home/operator/src && tar -x -C /home/operator/src", sources())
        host.run("chown -R operator: /home/operator/src")
        yield host
    finally:
        lab.down(host.name)


def sources() -> bytes:
    """What a clone of the repository would hold, as a tar archive."""
    files = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
    command = ["tar", "-c", "--null", "--ignore-failed-read", "--files-from=-"]
    return subprocess.run(command, cwd=ROOT, input=files, capture_output=True, check=True).stdout


def as_operator(host: LabHost, command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*host.ssh(), "--", command], capture_output=True, text=True, check=False, timeout=600
    )


# As soon as the environment is being made, however fast the machine is.
KILLED = f"""\
setsid {RIG} --version &
until [ -e ~/src/.venv.new/bin/python ]; do kill -0 $! || exit; sleep 0.05; done
kill -KILL $!
ls -a ~/src | grep venv"""


def test_a_killed_first_call_leaves_no_environment_and_the_next_makes_it(bare: LabHost) -> None:
    started = as_operator(bare, KILLED)
    assert "needs Debian's python3-venv (keeps" in started.stderr
    assert ".venv\n" not in started.stdout
    # What the killed shell had started may still be at work beside the next call.
    assert as_operator(bare, f"{RIG} --version").stdout.startswith("rig, version ")
    assert as_operator(bare, "ls -a ~/src | grep venv").stdout == ".venv\n"


def test_the_second_call_runs_neither_pip_nor_apt_and_takes_less_than_a_second(bare: LabHost) -> None:
    as_operator(bare, f"{RIG} --version")
    again = as_operator(bare, f"cd / && bash -c 'time -p {RIG} --version'")
    assert float(again.stderr.split("real ")[1].split()[0]) < 1


def test_a_link_to_the_script_finds_the_repository_and_its_modules_import_from_anywhere(
    bare: LabHost,
) -> None:
    linked = as_operator(bare, f"ln -sf {RIG} /tmp/a && ln -sf a /tmp/b && cd / && /tmp/b --version")
    assert linked.stdout.startswith("rig, version ")
    imported = as_operator(bare, "cd / && ~/src/.venv/bin/python -c 'import rigwright, deploys, facts'")
    assert imported.returncode == 0


def test_no_module_of_the_callers_folder_stands_in_for_one_of_ours(bare: LabHost) -> None:
    planted = (
        "mkdir -p /tmp/x && cd /tmp/x && echo 'raise SystemExit(9)' | tee click.py rigwright.py >/dev/null"
    )
    assert as_operator(bare, f"{planted} && PYTHONPATH=/tmp/x {RIG} --version").returncode == 0


def test_a_changed_lock_file_makes_the_environment_again(bare: LabHost) -> None:
    changed = as_operator(bare, f"echo '# changed' >>~/src/requirements.lock && {RIG} --version")
    assert "making .venv" in changed.stderr
    assert "making .venv" not in as_operator(bare, f"{RIG} --version").stderr


def test_a_moved_repository_makes_the_environment_again(bare: LabHost) -> None:
    moved = as_operator(bare, "mv ~/src ~/moved && ~/moved/rig --version; mv ~/moved ~/src")
    assert moved.stdout.startswith("rig, version ")
    assert "making .venv" in moved.stderr
