"""What a login shell gets reads alike in all of them, and what comes back is the command's alone."""

from __future__ import annotations

import subprocess

import pytest

from rigwright.remote.login_shell import PATH, launcher, marked, script, split
from rigwright.remote.readiness import Account, expired, lasting, refusal, unready

MARK = "3f" * 16
ACCOUNT = Account(
    "web",
    "operator",
    "rig bootstrap 192.0.2.1 --user operator --port 2222",
    "ssh -t -p 2222 operator@192.0.2.1",
)


def run(shell: list[str], command: str, stdin: bytes = b"") -> tuple[int, str]:
    """As sshd runs it: the line is the shell's, the rest comes on standard input."""
    text = script(command)
    done = subprocess.run(
        [*shell, launcher(len(text))], input=text + stdin, stdout=subprocess.PIPE, check=False
    )
    return done.returncode, done.stdout.decode()


@pytest.mark.parametrize("shell", [["/bin/sh", "-c"], ["/bin/bash", "-c"]])
@pytest.mark.parametrize(
    "command",
    [
        "printf '%s|' \"a'b\" '!x' '\\n' '$HOME' ü; cat",
        "printf '%s|' \"a'b\" '!x' \\\n'\\n' '$HOME' ü # end\ncat",
    ],
)
def test_a_command_arrives_as_it_is_with_its_own_input(shell: list[str], command: str) -> None:
    assert run(shell, command, b"input") == (0, "a'b|!x|\\n|$HOME|ü|input")


def test_the_line_has_no_character_that_shells_read_differently() -> None:
    line = launcher(12345)
    assert not {*line} & {*"\\!`~*?[]{}<>|;&#^\n"}
    assert line.count("'") == 2
    assert line.startswith("exec /usr/bin/env PATH=/usr/local/sbin:")


def test_the_exit_code_and_the_path_are_the_command_s() -> None:
    assert run(["/bin/sh", "-c"], 'echo "$PATH"; exit 7') == (7, f"{PATH}\n")


def test_a_script_without_its_end_runs_nothing() -> None:
    text = script("echo begun; echo done")
    done = subprocess.run(
        ["/bin/sh", "-c", launcher(len(text))], input=text[:-12], capture_output=True, check=False
    )
    assert (done.stdout, done.returncode != 0) == (b"", True)


def test_what_was_printed_before_the_mark_is_not_the_command_s() -> None:
    noise = 'printf "motd, no end"; echo oops >&2; exec "$@"'
    done = subprocess.run(
        ["/bin/sh", "-c", noise, "sh", *marked(["printf", "a\nb"], MARK)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    output = split(done.stdout, done.stderr, MARK)
    assert (output.began, output.stdout, output.stderr) == (True, "a\nb", "")
    assert output.before == "motd, no end\noops"


REFUSALS = {
    "This account is currently not available.": (
        "the login shell of operator ran no command; it printed: This account is currently not available.",
        "usermod --shell /bin/bash operator",
    ),
    "": ("ran no command and printed nothing", "usermod --shell"),
    "WARNING: Your password has expired.\nPassword change required but no TTY available.": (
        "password of operator has expired", "ssh -t -p 2222 operator@192.0.2.1, which prompts"),
    "sudo: Account or password is expired, reset your password and try again": (
        "password of operator has expired", "ssh -t"),
    "Your account has expired; please contact your system administrator.": (
        "the account operator has expired", "chage --expiredate -1 operator"),
    "sudo: sorry, you must have a tty to run sudo": ("requiretty", "sudo tee /etc/sudoers.d/tty-operator"),
    "sudo: a password is required": ("sudo on the host needs a password", ACCOUNT.bootstrap),
    "sudo: interactive authentication is required": ("needs a password", ACCOUNT.bootstrap),
    "operator is not in the sudoers file.": ("needs a password", ACCOUNT.bootstrap),
    "/bin/sh: 1: eval: sudo: not found": ("sudo is not installed", ACCOUNT.bootstrap),
    "noise\nsudo: /etc/sudoers is world writable\nmore": (
        "sudo on the host refuses: sudo: /etc/sudoers is world writable", "visudo --check"),
}  # fmt: skip


@pytest.mark.parametrize("printed", REFUSALS)
def test_a_refusal_is_named_with_the_next_command(printed: str) -> None:
    what, next_step = REFUSALS[printed]
    error = refusal(printed, ACCOUNT)
    assert what in error.what
    assert next_step in (error.next_step or "")
    assert error.host == "web"


def test_refusals_that_no_password_changes_are_kept_apart() -> None:
    assert lasting("sudo: a password is required", ACCOUNT) is None
    assert lasting("Sorry, try again.\nsudo: 1 incorrect password attempt", ACCOUNT) is None
    assert lasting("you must have a tty", ACCOUNT)
    assert expired("You are required to change your password immediately.")
    assert not expired("su: Authentication failure")


@pytest.mark.parametrize(
    ("stdout", "stderr", "code", "what"),
    [
        (f"{MARK} none\n{{}}", f"{MARK}\n", 0, "D-Bus does not listen"),
        (
            f"{MARK} bus\n",
            f"{MARK}\nrigwright: 1: exec: python3: not found\n",
            127,
            "python3 is not installed",
        ),
        (
            f"hi{MARK} bus\n",
            f"{MARK}\nModuleNotFoundError: No module named 'json'\n",
            1,
            "python3 on the host lacks its module json",
        ),
    ],
)
def test_a_host_that_lacks_something_leads_to_bootstrap(
    stdout: str, stderr: str, code: int, what: str
) -> None:
    error = unready(split(stdout, stderr, MARK), code, "python3", ACCOUNT)
    assert error
    assert what in error.what
    assert error.next_step == ACCOUNT.bootstrap


def test_a_host_that_lacks_nothing_is_prepared_whatever_the_command_says() -> None:
    output = split(f"{MARK} bus\nout", f"noise\n{MARK}\nerr", MARK)
    assert unready(output, 3, "python3", ACCOUNT) is None
    assert (output.stdout, output.stderr) == ("out", "err")
