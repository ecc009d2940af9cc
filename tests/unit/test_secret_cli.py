"""``rig secret``: what it does, what it refuses, and that no value ever comes out of it."""

from __future__ import annotations

import json
import os
import pty
import re
import signal
import subprocess
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import rigwright
from rigwright.cli import cli
from rigwright.errors import RigError
from rigwright.secrets import Secret, store
from rigwright.secrets.editor import editor_command

PACKAGE = f"{Path(rigwright.__file__).parent}/"
CANARY = "canary-Zq8vR2-never-shown"
Rig = Callable[..., Result]


@pytest.fixture
def directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the stores of this test are; the identity is beside it."""
    monkeypatch.setenv("RIG_IDENTITY", str(tmp_path / "anna"))
    return tmp_path / "secrets"


@pytest.fixture
def rig(directory: Path) -> Rig:
    """Run ``rig secret …``: the canary is neither in its output nor among the locals of its traceback."""

    def run(*arguments: str, stdin: str | bytes = "") -> Result:
        result = CliRunner().invoke(cli, ["secret", "--directory", str(directory), *arguments], input=stdin)
        shown = result.output
        if isinstance(result.exception, RigError):
            trace = traceback.TracebackException.from_exception(result.exception, capture_locals=True)
            frames = [frame for frame in trace.stack if frame.filename.startswith(PACKAGE)]
            assert frames
            shown += str(result.exception) + "".join(str(frame.locals) for frame in frames)
        assert CANARY not in shown
        return result

    run("init", "--name", "anna")
    return run


def failure(result: Result) -> str:
    assert isinstance(result.exception, RigError), result.output
    return str(result.exception)


def value(directory: Path, name: str) -> bytes:
    return store.read(directory / "prod.age").entries[name].secret.reveal_bytes()


def test_set_takes_one_line_from_standard_input(rig: Rig, directory: Path) -> None:
    assert rig("set", "prod", "db", stdin=CANARY + "\n").exit_code == 0
    assert value(directory, "db") == CANARY.encode()


@pytest.mark.usefixtures("rig")
def test_set_prompts_twice_at_a_terminal_and_does_not_echo(directory: Path) -> None:
    arguments = [
        sys.executable,
        "-m",
        "rigwright",
        "secret",
        "--directory",
        str(directory),
        "set",
        "prod",
        "db",
    ]
    pid, terminal = pty.fork()
    if pid == 0:
        os.execv(sys.executable, arguments)  # noqa: S606  a list, no shell
    printed = ""
    for prompt in ("db: ", "confirmation: "):
        while not printed.endswith(prompt):
            printed += os.read(terminal, 1024).decode()
        os.write(terminal, CANARY.encode() + b"\n")
    _, status = os.waitpid(pid, 0)
    assert os.waitstatus_to_exitcode(status) == 0
    printed += os.read(terminal, 1024).decode()
    assert "stored db" in printed
    assert CANARY not in printed
    assert value(directory, "db") == CANARY.encode()


def test_set_takes_a_binary_file_as_it_is(rig: Rig, directory: Path) -> None:
    content = b"-----BEGIN\n\xff\x00\n"
    assert rig("set", "inventories/prod.py", "tls_key", "--kind", "file", stdin=content).exit_code == 0
    assert value(directory, "tls_key") == content


def test_set_keeps_the_kind_of_what_it_replaces(rig: Rig, directory: Path) -> None:
    rig("set", "prod", "api", "--kind", "token", stdin=CANARY)
    assert "rig apply inventories/prod.py" in rig("set", "prod", "api", stdin="aX9!-other-value").output
    assert store.read(directory / "prod.age").entries["api"].kind == "token"


@pytest.mark.parametrize("weak", ["sh0rt", "changeme-changeme", "aaaaaaaaaaaaaaaaaaaaaa"])
def test_weak_values_are_refused_and_not_echoed(rig: Rig, weak: str, directory: Path) -> None:
    result = rig("set", "prod", "db", stdin=weak)
    assert "refused" in failure(result)
    assert weak not in failure(result) + result.output
    assert not (directory / "prod.age").exists()


def test_a_value_as_an_argument_is_refused_and_not_echoed(rig: Rig) -> None:
    result = rig("set", "prod", "db", CANARY)
    assert result.exit_code == 2
    assert "never an argument" in result.output


def test_a_value_in_place_of_the_name_is_not_echoed(rig: Rig) -> None:
    assert rig("set", "prod", CANARY).exit_code == 2


def test_list_shows_names_kinds_and_ages(rig: Rig) -> None:
    rig("set", "prod", "db", stdin=CANARY)
    rig("generate", "prod", "session_key", "--kind", "session")
    lines = rig("list", "prod").output.splitlines()
    assert [line.split()[:3] for line in lines[1:]] == [
        ["db", "password", "0"],
        ["session_key", "session", "0"],
    ]


def test_list_as_json(rig: Rig) -> None:
    rig("set", "prod", "db", stdin=CANARY)
    (row,) = json.loads(rig("list", "prod", "--json").stdout)
    assert (row["name"], row["kind"], row["age_days"], row["known_to"]) == ("db", "password", 0.0, [])
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00", row["rotated"])


def test_generate_never_replaces_and_rotate_always_does(rig: Rig, directory: Path) -> None:
    assert rig("generate", "prod", "db").exit_code == 0
    first = value(directory, "db")
    assert "rig secret rotate prod db" in failure(rig("generate", "prod", "db"))
    assert value(directory, "db") == first
    assert rig("rotate", "prod", "db").exit_code == 0
    assert value(directory, "db") != first
    assert first.decode() not in rig("list", "prod", "--json").output


def test_rotate_refuses_what_others_issue(rig: Rig, directory: Path) -> None:
    rig("set", "prod", "api", "--kind", "token", stdin=CANARY)
    assert "rig secret set INVENTORY api" in failure(rig("rotate", "prod", "api"))
    assert value(directory, "api") == CANARY.encode()


@pytest.mark.parametrize(
    "arguments", [("rotate", "prod", "x"), ("edit", "prod", "x"), ("remove", "prod", "x")]
)
def test_what_is_not_there_is_named_with_the_command_to_make_it(rig: Rig, arguments: tuple[str, ...]) -> None:
    rig("set", "prod", "db", stdin=CANARY)
    assert "rig secret set prod x" in failure(rig(*arguments))


def test_remove(rig: Rig, directory: Path) -> None:
    rig("set", "prod", "db", stdin=CANARY)
    rig("remove", "prod", "db")
    assert not store.read(directory / "prod.age").entries


def test_removing_a_recipient_requires_rotation_until_all_is_rotated(
    rig: Rig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setenv("RIG_IDENTITY", str(tmp_path / "bob"))
        key = re.findall(r"age1\w+", rig("init", "--name", "bob").output)[0]
    rig("generate", "prod", "db")
    rig("set", "prod", "tls_key", "--kind", "file", stdin="-----BEGIN")
    assert rig("recipients", "remove", "bob").exit_code == 0
    assert rig("recipients", "add", key, "bob").exit_code == 0
    output = rig("recipients", "remove", "bob").output
    assert "can still decrypt earlier commits" in output
    assert "rig secret rotate prod db" in output
    assert "rig secret set prod tls_key --kind file" in output
    rig("rotate", "prod", "db")
    left = {row["name"]: row["known_to"] for row in json.loads(rig("list", "prod", "--json").stdout)}
    assert left == {"db": [], "tls_key": ["bob"]}
    assert "known to bob" in rig("list", "prod").output
    with monkeypatch.context() as patch:
        patch.setenv("RIG_IDENTITY", str(tmp_path / "bob"))
        assert "is not among those" in failure(rig("list", "prod"))


def test_own_and_unknown_recipients_are_not_removed(rig: Rig) -> None:
    assert "your own key" in failure(rig("recipients", "remove", "anna"))
    assert "recipients list" in failure(rig("recipients", "remove", "carl"))
    assert "anna" in rig("recipients", "list").output


def test_a_new_operator_sees_what_to_send_to_a_colleague(
    rig: Rig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rig("generate", "prod", "db")
    monkeypatch.setenv("RIG_IDENTITY", str(tmp_path / "bob"))
    assert re.search(r"rig secret recipients add age1\w+ YOUR-NAME", failure(rig("init")))


def test_a_failed_write_keeps_the_store_and_shows_no_value(rig: Rig, directory: Path) -> None:
    rig("generate", "prod", "db")
    before = (directory / "prod.age").read_bytes()
    (directory / ".prod.age.new").mkdir()
    assert "as it was" in failure(rig("set", "prod", "other", stdin=CANARY))
    assert (directory / "prod.age").read_bytes() == before


@pytest.fixture
def editing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Make this shell script the editor."""

    def use(script: str) -> None:
        editor = tmp_path / "editor"
        editor.write_text(f"#!/bin/sh\n{script}\n")
        editor.chmod(0o755)
        monkeypatch.delenv("VISUAL", raising=False)
        monkeypatch.setenv("EDITOR", str(editor))

    return use


def left_behind() -> list[Path]:
    return [path for path in Path("/dev/shm").glob("rig-secret-*") if path.is_dir()]


def test_edit_happens_in_a_private_directory_that_is_removed(
    rig: Rig, tmp_path: Path, directory: Path, editing: Callable[[str], None]
) -> None:
    rig("set", "prod", "db", stdin=CANARY)
    seen = tmp_path / "seen"
    script = f'stat -c %a "$1" "${{1%/*}}" > {seen}; echo kX9vQ2mZ7pL4tR8wYb3 > "$1"; touch "$1.swp"'
    editing(script)
    assert rig("edit", "prod", "db").exit_code == 0
    assert seen.read_text().split() == ["600", "700"]
    assert value(directory, "db") == b"kX9vQ2mZ7pL4tR8wYb3"
    assert not left_behind()


@pytest.mark.parametrize(
    ("script", "message"),
    [("exit 3", "ended with 3"), ("echo weak > $1", "refused"), (": > $1", "refused: it is empty")],
)
def test_a_failed_or_weak_edit_changes_nothing(
    rig: Rig, directory: Path, editing: Callable[[str], None], script: str, message: str
) -> None:
    rig("set", "prod", "db", stdin=CANARY)
    editing(script)
    assert message in failure(rig("edit", "prod", "db"))
    assert value(directory, "db") == CANARY.encode()
    assert not left_behind()


def test_closing_the_editor_unchanged_rotates_nothing(
    rig: Rig, directory: Path, editing: Callable[[str], None]
) -> None:
    rig("set", "prod", "db", stdin=CANARY)
    before = (directory / "prod.age").read_bytes()
    editing('printf "\\n" >> $1')
    assert "unchanged" in rig("edit", "prod", "db").output
    assert (directory / "prod.age").read_bytes() == before


def test_a_missing_editor_is_named(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    rig("set", "prod", "db", stdin=CANARY)
    monkeypatch.setenv("VISUAL", "/nowhere/editor")
    assert "/nowhere/editor" in failure(rig("edit", "prod", "db"))


def test_which_editor() -> None:
    assert editor_command({"VISUAL": "code --wait", "EDITOR": "nano"}) == ["code", "--wait"]
    assert editor_command({"VISUAL": "", "EDITOR": "nano"}) == ["nano"]
    assert editor_command({}) == ["vi"]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_an_edit_ended_by_a_signal_leaves_nothing(tmp_path: Path, number: int) -> None:
    editor = tmp_path / "editor"
    editor.write_text(f'#!/bin/sh\necho "$1" > {tmp_path}/open\nexec sleep 5\n')
    editor.chmod(0o755)
    script = (
        "from rigwright.secrets import Secret; from rigwright.secrets.editor import edit; import sys\n"
        "edit(Secret('db', 'x'), {'EDITOR': sys.argv[1]})"
    )
    child = subprocess.Popen([sys.executable, "-c", script, str(editor)], stderr=subprocess.DEVNULL)
    opened = tmp_path / "open"
    deadline = time.monotonic() + 20
    while not (opened.exists() and opened.read_text()) and time.monotonic() < deadline:
        time.sleep(0.02)
    directory = Path(opened.read_text().strip()).parent
    assert directory.is_dir()
    child.send_signal(number)
    child.wait(20)
    assert not directory.exists()


def test_a_directory_of_a_killed_edit_is_removed_by_the_next(
    rig: Rig, editing: Callable[[str], None]
) -> None:
    ended = subprocess.Popen(["true"])
    ended.wait()
    left = Path("/dev/shm", f"rig-secret-{ended.pid}-test")
    left.mkdir()
    rig("set", "prod", "db", stdin=CANARY)
    editing("true")
    rig("edit", "prod", "db")
    assert not left.exists()


def test_the_canary_would_be_seen(rig: Rig, directory: Path) -> None:
    rig("set", "prod", "db", stdin=CANARY)
    secret = store.read(directory / "prod.age").entries["db"].secret
    assert secret == Secret("db", CANARY)
    assert CANARY in secret.reveal()
