"""Certificates are read from every format of openssl, and garbage is an error."""

from __future__ import annotations

import string
import subprocess
from datetime import datetime, timezone
from pathlib import Path

import pytest

from facts.parsers.certificate import SCRIPT, START, Certificate, from_output, parse
from facts.tool_output import ToolOutput
from facts.values import Failed, NotSupported

OPENSSL_3_0 = """subject=CN = app.rig.test
issuer=CN = Rig CA,O = Rig
notBefore=Nov  5 01:02:03 2026 GMT
notAfter=Feb  3 01:02:03 2027 GMT
serial=0A1B
X509v3 Subject Alternative Name:
    DNS:app.rig.test, DNS:*.rig.test, IP Address:192.0.2.7
""".splitlines()
OPENSSL_3_5 = [*OPENSSL_3_0[:5], "X509v3 Subject Alternative Name: critical", OPENSSL_3_0[6]]


NOVEMBER = int(datetime(2026, 11, 5, 1, 2, 3, tzinfo=timezone.utc).timestamp())
FEBRUARY = int(datetime(2027, 2, 3, 1, 2, 3, tzinfo=timezone.utc).timestamp())


def read(*lines: str) -> tuple[Certificate, ...]:
    found = parse("\n".join(lines)).certificates
    assert isinstance(found, tuple)
    return found


def test_a_certificate_is_read_in_utc() -> None:
    for lines in (OPENSSL_3_0, OPENSSL_3_5):
        (found,) = read(f"{START}/a.pem", *lines)
        assert found.names == ("app.rig.test", "*.rig.test", "192.0.2.7")
        assert (found.not_before_seconds, found.not_after_seconds) == (NOVEMBER, FEBRUARY)
        assert (found.path, found.serial) == ("/a.pem", "0A1B")


def test_several_files_are_kept_apart() -> None:
    message = "Could not read certificate from /b.pem"
    first, second = read(f"{START}/a.pem", *OPENSSL_3_0, f"{START}/b.pem", message)
    assert first.subject == "CN = app.rig.test"
    assert second == Certificate("/b.pem", *[Failed(message)] * 6)


def test_a_file_that_the_user_may_not_read_has_the_code_for_it() -> None:
    (found,) = read(f"{START}/key.pem", "Permission denied")
    assert found.not_after_seconds == Failed("Permission denied", "no_permission")


def test_garbage_is_an_error_and_never_an_exception() -> None:
    garbage = ["", "=", "notAfter=", "notAfter=tomorrow", "subject", string.printable, "\0", START, START * 2]
    for line in garbage:
        for one in read(line, *garbage):
            assert isinstance(one.not_after_seconds, (Failed, NotSupported))
    assert parse("").certificates == ()
    assert read(f"{START}/a")[0].subject == Failed("openssl printed nothing")


@pytest.mark.parametrize(
    ("output", "expected"),
    [
        (ToolOutput(queried=True, code=3), NotSupported()),
        (ToolOutput(queried=True, code=127), Failed("not installed: openssl", "not_installed")),
        (
            ToolOutput(queried=True, code=1, err="/x: Permission denied"),
            Failed("/x: Permission denied", "no_permission"),
        ),
        (ToolOutput(), Failed("not queried")),
    ],
)
def test_a_folder_that_is_not_read_is_no_folder_without_certificates(
    output: ToolOutput, expected: object
) -> None:
    assert from_output(output).certificates == expected


def test_the_command_reads_what_the_installed_openssl_makes(tmp_path: Path) -> None:
    folder = tmp_path / "it's here"
    folder.mkdir()
    make = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 9 -subj /CN=x.rig.test"
    names = ["-addext", "subjectAltName=DNS:x.rig.test,DNS:y.rig.test"]
    files = ["-keyout", str(folder / "key.pem"), "-out", str(folder / "cert.pem")]
    subprocess.run([*make.split(), *names, *files], check=True, capture_output=True)
    (folder / "broken.crt").write_text("-----BEGIN CERTIFICATE-----\nno\n-----END CERTIFICATE-----\n")
    done = subprocess.run(["sh", "-c", SCRIPT, "sh", str(folder)], check=True, capture_output=True, text=True)
    broken, good = read(*done.stdout.splitlines())
    assert (broken.path, good.path) == (str(folder / "broken.crt"), str(folder / "cert.pem"))
    assert (good.subject, good.names) == ("CN=x.rig.test", ("x.rig.test", "y.rig.test"))
    assert isinstance(good.not_before_seconds, int)
    assert isinstance(good.not_after_seconds, int)
    assert good.not_after_seconds - good.not_before_seconds == 9 * 86400
    assert isinstance(broken.not_after_seconds, Failed)
