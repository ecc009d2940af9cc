"""Certificates are read from every format of openssl, and garbage is told as such."""

from __future__ import annotations

import string
import subprocess
from datetime import datetime, timezone
from pathlib import Path

from facts.certificate import START, Certificates, parse

OPENSSL_3_0 = """subject=CN = app.rig.test
issuer=CN = Rig CA,O = Rig
notBefore=Nov  5 01:02:03 2026 GMT
notAfter=Feb  3 01:02:03 2027 GMT
serial=0A1B
X509v3 Subject Alternative Name:
    DNS:app.rig.test, DNS:*.rig.test, IP Address:192.0.2.7
""".splitlines()
OPENSSL_3_5 = [*OPENSSL_3_0[:5], "X509v3 Subject Alternative Name: critical", OPENSSL_3_0[6]]


def test_a_certificate_is_read_in_utc() -> None:
    for lines in (OPENSSL_3_0, OPENSSL_3_5):
        found = parse(lines)
        assert found["names"] == ["app.rig.test", "*.rig.test", "192.0.2.7"]
        assert found["not_before"] == datetime(2026, 11, 5, 1, 2, 3, tzinfo=timezone.utc)
        assert found["not_after"] == datetime(2027, 2, 3, 1, 2, 3, tzinfo=timezone.utc)
        assert (found["serial"], found["error"]) == ("0A1B", None)


def test_several_files_are_kept_apart() -> None:
    lines = [f"{START}/a.pem", *OPENSSL_3_0, f"{START}/b.pem", "Could not read certificate from /b.pem"]
    found = Certificates().process(lines)
    assert found["/a.pem"]["subject"] == "CN = app.rig.test"
    assert found["/b.pem"]["error"] == "Could not read certificate from /b.pem"
    assert found["/b.pem"]["not_after"] is None


def test_garbage_is_an_error_and_never_an_exception() -> None:
    garbage = ["", "=", "notAfter=", "notAfter=tomorrow", "subject", string.printable, "\0", START, START * 2]
    for line in garbage:
        found = Certificates().process([line, *garbage])
        assert all(one["not_after"] is None for one in found.values())
    assert Certificates().process([]) == {}
    assert parse([])["error"] == "openssl said nothing"


def test_the_command_reads_what_the_installed_openssl_makes(tmp_path: Path) -> None:
    folder = tmp_path / "it's here"
    folder.mkdir()
    make = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 9 -subj /CN=x.rig.test"
    names = ["-addext", "subjectAltName=DNS:x.rig.test,DNS:y.rig.test"]
    files = ["-keyout", str(folder / "key.pem"), "-out", str(folder / "cert.pem")]
    subprocess.run([*make.split(), *names, *files], check=True, capture_output=True)
    (folder / "broken.crt").write_text("-----BEGIN CERTIFICATE-----\nno\n-----END CERTIFICATE-----\n")
    command = Certificates().command(str(folder)).get_raw_value()
    done = subprocess.run(["sh", "-c", command], check=True, capture_output=True, text=True)
    lines = done.stdout.splitlines()
    found = Certificates().process(lines)
    assert set(found) == {str(folder / "cert.pem"), str(folder / "broken.crt")}
    good = found[str(folder / "cert.pem")]
    assert (good["subject"], good["names"]) == ("CN=x.rig.test", ["x.rig.test", "y.rig.test"])
    assert good["not_after"]
    assert good["not_before"]
    assert (good["not_after"] - good["not_before"]).days == 9
    assert found[str(folder / "broken.crt")]["error"]
