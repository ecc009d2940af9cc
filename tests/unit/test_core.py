"""The small values of the core keep their promises."""

import io
import json
import sys
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from pydantic import ValidationError

from rigwright.apply.one_host import _messages, starts_up
from rigwright.console import echo, printable, tolerate
from rigwright.desired import Absent, Desired, File, Link, render
from rigwright.drift.survey import Surveyed
from rigwright.errors import RigError
from rigwright.finding import Finding
from rigwright.inventory.load import load
from rigwright.observed.model import parse
from rigwright.report.terminal import ago
from rigwright.secrets import Secret
from rigwright.settings.base import Many, Port, Settings, explain
from rigwright.settings.platform import os_of
from tests.support.command import ROOT

TRIXIE = 'PRETTY_NAME="Debian GNU/Linux 13 (trixie)"\nID=debian\nVERSION_ID="13"\n'


@pytest.mark.parametrize(
    "path", ["etc/x", "/etc/../x", "/etc//x", "/etc/x/", "/etc/x\n", "/a\tb", "/etc/./x"]
)
def test_a_path_that_is_not_normal_is_refused(path: str) -> None:
    with pytest.raises(ValueError, match="normalised"):
        Link(path, "x")


def test_a_secret_that_everyone_may_read_is_refused() -> None:
    with pytest.raises(ValueError, match="lets everyone"):
        File("/etc/key", b"", mode=0o644, secret=True)


def test_a_path_that_is_both_declared_and_absent_is_refused() -> None:
    with pytest.raises(ValueError, match="names a path twice: /etc/x"):
        Desired("toy", files=(File("/etc/x", b""),), absent=(Absent("/etc/x"),))


def test_the_content_of_a_file_is_never_in_its_repr() -> None:
    assert "hunter2" not in repr(Desired("toy", files=(File("/etc/x", b"hunter2"),)))


def test_the_operating_system_is_read_from_os_release() -> None:
    assert os_of(TRIXIE) == "debian13"
    assert os_of('ID=ubuntu\nVERSION_ID="24.04"') == "ubuntu2404"


@pytest.mark.parametrize("text", ["", "garbage", "ID=fedora\nVERSION_ID=43", "ID=debian\nVERSION_ID=11"])
def test_an_unsupported_system_is_refused_with_the_supported_ones(text: str) -> None:
    with pytest.raises(RigError, match="not supported") as caught:
        os_of(text)
    assert "Debian 13" in str(caught.value)


class Inner(Settings):
    """A nested group."""

    port: Port


class Outer(Settings):
    """Settings as a subsystem has them."""

    inner: Many[Inner] = ()
    word: str = "x"


def test_a_misspelt_setting_is_named_with_its_whole_path() -> None:
    with pytest.raises(ValidationError) as caught:
        Outer.model_validate({"inner": [{"prot": 80, "port": 1}]})
    text = str(explain(caught.value, file="inventories/prod.py"))
    assert "inventories/prod.py" in text
    assert "Outer.inner.0: there is no such setting as prot; did you mean port?" in text


def test_a_wrong_value_is_never_shown() -> None:
    with pytest.raises(ValidationError) as caught:
        Outer.model_validate({"word": 12345678})
    assert "12345678" not in str(caught.value)
    assert "12345678" not in str(explain(caught.value))


def test_an_inventory_may_write_a_list() -> None:
    assert Outer(inner=[Inner(port=1)]).inner == (Inner(port=1),)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0 s"), (59, "59 s"), (60, "1 min"), (7200, "2 h"), (200000, "2 d"), (-5, "0 s")],
)
def test_an_age_is_shown_in_the_largest_unit_that_fits(seconds: int, text: str) -> None:
    now = datetime(2026, 1, 1, tzinfo=timezone.utc)
    assert ago(now - timedelta(seconds=seconds), now) == text


def test_a_template_never_writes_the_mask_of_a_secret(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "x.j2").write_text("{{ key }}")
    monkeypatch.setattr(render, "TEMPLATES", tmp_path)
    with pytest.raises(RigError, match="is a secret"):
        render.render("x.j2", key=Secret("key", "hunter2-hunter2"))


def test_escape_codes_of_a_host_do_not_reach_the_terminal() -> None:
    assert printable("a\x1b[31mb\nc\u202ed é") == r"a\x1b[31mb\nc\u202ed é"


def test_a_mark_that_the_locale_cannot_encode_does_not_hide_the_verdict(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    written = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(written, encoding="ascii"))
    tolerate()
    echo("✓ in sync")
    assert written.getvalue() == b"? in sync\n"


@pytest.mark.parametrize("output", ["", "1", "[]", "hello", '{"subsystems": []}', '{"subsystems": {"a": 1}}'])
def test_unreadable_output_of_a_host_is_an_error(output: str) -> None:
    whole = json.dumps(json.loads(output) | {"os_release": ""}) if output.startswith("{") else output
    with pytest.raises(RigError, match="output cannot be read"):
        parse(whole, host="web")


def test_what_the_host_printed_is_shown_however_far_pyinfra_indents_it() -> None:
    output = (
        "--> Starting\n    [web]    No changes\n    [web]       rigwright: refused\n    [web]           why\n"
    )
    assert _messages(output, "web") == ("rigwright: refused", "    why")


def test_only_services_that_do_not_respond_are_waited_for_after_a_run() -> None:
    (host,) = load(ROOT / "inventories" / "prod.py")
    silent = Finding("studio", "postgres", "probe.failed", "exporter", "does not respond")
    differs = Finding("studio", "nginx", "file.content", "/etc/nginx/nginx.conf", "differs")
    assert starts_up(Surveyed(host, (silent, silent)))
    assert not starts_up(Surveyed(host, (silent, differs)))
    assert not starts_up(Surveyed(host))
    assert not starts_up(Surveyed(host, error=RigError("is down")))
