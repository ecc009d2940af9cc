"""What the tests of nox sessions report is counted, and what did not run is never green."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

import noxfile
from deploys.rig import subsystems
from rigwright.dev.results import Result, closing, run, sessions, support
from rigwright.dev.testing import ROOT
from tests.support.markers import marker_of
from tests.support.waiting import wait_until

NOXFILE = """
import nox
from rigwright.dev.testing import lab_tests, pytest

def declare(name, run, *tags):
    nox.session(run, name=name, tags=["tier", *tags], venv_backend="none", allow_parallel=True)

for name in ("good", "bad", "broken", "skips", "long"):
    declare(name, lambda session: pytest(session, f"test_{session.name}.py"))
declare("empty", lambda session: pytest(session, "test_good.py", "-k", "nothing"))
declare("linter", lambda session: session.run("false", external=True))
declare("absent", lambda session: session.skip("no card here"))
for name in ("busy", "wrong", "whole"):
    declare(name, lambda session: lab_tests(session, f"test_{session.name}.py", uid=0), "hosts")
declare("forbidden", lambda session: lab_tests(session, "test_good.py", uid=1000), "hosts")
"""
TESTS = {
    "good": "def test_1(): pass\ndef test_2(): pass",
    "bad": "def test_1(): pass\ndef test_2(): assert False",
    "broken": "import no_such_module\ndef test_1(): pass",
    "skips": "import pytest\ndef test_1(): pytest.skip('not here')",
    # Fails beside others, and passes when it is run once more.
    "busy": """
from pathlib import Path
def test_1(): pass
def test_2():
    seen = Path("seen").exists()
    Path("seen").touch()
    assert seen
""",
    "wrong": "def test_1(): pass\ndef test_2(): assert False",
    "whole": "import pytest\n@pytest.mark.parametrize('n', range(31))\ndef test_1(n): assert False",
    "long": """
import time
from pathlib import Path
def test_1():
    try:
        Path("begun").touch()
        time.sleep(60)
    finally:
        Path("ended").touch()
""",
}


def toy(folder: Path) -> Path:
    """A folder with a noxfile and tests of its own."""
    (folder / "noxfile.py").write_text(NOXFILE)
    for name, text in TESTS.items():
        (folder / f"test_{name}.py").write_text(text)
    return folder


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Result]:
    """Every toy session but the long one, three beside each other."""
    root = toy(tmp_path_factory.mktemp("toy"))
    tags = sessions(root)
    return {one.name: one for one in run([name for name in tags if name != "long"], tags, root)}


@pytest.mark.parametrize(
    ("name", "good", "counts"),
    [
        ("good", True, (2, 0, 0)),
        ("bad", False, (1, 1, 0)),
        ("broken", False, (0, 1, 0)),
        ("empty", False, (0, 0, 0)),
        ("linter", False, (0, 0, 0)),
    ],
)
def test_a_failure_a_collection_error_no_test_and_a_linter_fail_a_session(
    results: Mapping[str, Result], name: str, good: bool, counts: tuple[int, int, int]
) -> None:
    one = results[name]
    assert (one.good, (one.passed, one.failed, one.skipped), one.not_run) == (good, counts, None)


def test_what_the_machine_lacks_did_not_run_and_is_no_failure(results: Mapping[str, Result]) -> None:
    assert (results["absent"].good, results["absent"].not_run) == (True, "no card here")
    assert (results["skips"].good, results["skips"].skipped) == (True, 1)
    assert "skipped" in str(results["skips"].not_run)


def test_without_root_tests_on_lab_hosts_did_not_run_and_that_is_a_failure(
    results: Mapping[str, Result],
) -> None:
    one = results["forbidden"]
    assert (one.good, one.passed, one.not_run) == (False, 0, "lab hosts need root: sudo ./rig test")


def test_what_fails_on_lab_hosts_runs_once_more_and_the_result_says_so(results: Mapping[str, Result]) -> None:
    one = results["busy"]
    assert (one.good, one.passed, one.failed, one.again) == (True, 2, 0, 1)
    assert "2 passed, 1 only when run once more" in closing([one])


def test_what_fails_again_has_failed(results: Mapping[str, Result]) -> None:
    one = results["wrong"]
    assert (one.good, one.passed, one.failed, one.again) == (False, 1, 1, 0)


def test_a_session_that_fails_as_a_whole_is_not_run_once_more(results: Mapping[str, Result]) -> None:
    one = results["whole"]
    assert (one.good, one.failed, one.again) == (False, 31, 0)


def test_the_last_line_counts_every_failure_and_the_one_before_what_is_unknown(
    results: Mapping[str, Result],
) -> None:
    lines = closing(list(results.values())).splitlines()
    # Of 36: bad 1, broken 1, empty 1, linter 1, wrong 1, whole 31.
    assert lines[-1] == "6 passed, 36 failed, 1 skipped"
    assert lines[-3] == "not run, so nothing is known of them: forbidden"


def test_a_system_that_was_not_tested_is_never_shown_as_supported() -> None:
    shown = support(
        [
            Result("debian13", good=True, passed=14),
            Result("debian12", good=False, passed=13, failed=1),
            Result("ubuntu2404", good=True, not_run="the archive cannot be reached"),
        ],
        "abc",
    )
    rows = [line.split("|")[2].strip() for line in shown.splitlines() if "LTS" in line or "Debian" in line]
    assert sorted(rows) == [
        "14 passed",
        "FAILED: 1 of 14",
        "not run: not chosen",
        "not run: the archive cannot be reached",
    ]


@pytest.mark.parametrize("names", [["long"], ["good", "long"]])
def test_a_killed_run_ends_its_tests_as_ctrl_c_does(tmp_path: Path, names: list[str]) -> None:
    """They take their lab hosts down, whether they run alone or beside others."""
    root = toy(tmp_path)
    script = (
        "import pathlib, sys; from rigwright.dev.results import run, sessions;"
        f"root = pathlib.Path({str(root)!r}); run({names!r}, sessions(root), root)"
    )
    command = [sys.executable, "-c", script]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as running:
        wait_until((root / "begun").exists)
        running.kill()
    wait_until((root / "ended").exists)


def test_a_subsystem_is_found_by_its_folder_and_its_tests_by_their_names() -> None:
    assert set(noxfile.SUBSYSTEMS) == set(subsystems())
    assert noxfile.lab_files("redis") == ["tests/lab/test_redis.py", "tests/lab/test_redis_takeover.py"]
    assert "tests/lab/test_docker_postgres_upstream.py" in noxfile.lab_files("docker")
    assert "tests/lab/test_docker_postgres_upstream.py" in noxfile.lab_files("postgres")


def test_every_file_of_lab_tests_is_in_one_session() -> None:
    """Those of subsystems by their paths, the others by the marker that the file or its name gives."""
    named = {path: marker_of(path.stem) for path in ROOT.glob("tests/lab/test_*.py")}
    marked = {path for path in named if "pytestmark = pytest.mark." in path.read_text()}
    subsystem = {str(path.relative_to(ROOT)) for path, marker in named.items() if marker == "subsystem"}
    assert subsystem == set(noxfile.lab_files(*noxfile.SUBSYSTEMS))
    assert not subsystem & {str(path.relative_to(ROOT)) for path in marked}
    command = [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider", "tests/lab"]
    by_name = ("commands", "vm", "subsystem")
    listed = subprocess.run(
        [*command, "-m", " or ".join(by_name)], cwd=ROOT, capture_output=True, text=True, check=True
    )
    found = {line.partition("::")[0] for line in listed.stdout.splitlines() if "::" in line}
    assert found == {
        str(path.relative_to(ROOT))
        for path, marker in named.items()
        if marker in by_name and path not in marked
    }
    assert not [line for line in listed.stdout.splitlines() if "test_redis" in line and "debian12" in line]
