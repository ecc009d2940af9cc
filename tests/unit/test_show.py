"""``rig show`` names each setting with where it was written, and never a secret."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from pydantic import BaseModel

from inventories.scenarios import everything
from rigwright.cli import cli
from rigwright.errors import RigError
from rigwright.inventory.load import Host, limit, load
from rigwright.report import document, show
from rigwright.repository import ROOT
from rigwright.secrets.value import Secret
from rigwright.settings.origin import recorded
from tests.support.command import rig_json

HEAD = """\
from deploys.base.settings import BaseSettings
from deploys.base.updates import Updates
from deploys.rig import Machine, Rig
from deploys.ssh.settings import SshSettings
from rigwright.inventory.load import ssh_host
common = {"timezone": "Europe/Berlin"}
base = BaseSettings(
    hostname="web.example.com",
    updates=Updates(
        automatic=False,
    ),
    **common,
)
rig = Rig(machine=Machine(os="debian13"), base=base,
          ssh=SshSettings())
hosts = [ssh_host("web", rig, address="192.0.2.1", user="ops")]
"""


def sources(path: Path) -> dict[str, str]:
    with recorded():
        (host,) = load(path)
    found = {one.setting: one.source for part in show.shown(host) for one in part.settings}
    return {name: source.removeprefix(f"{path.parent}/") for name, source in found.items()}


def test_each_value_has_the_line_that_set_it(tmp_path: Path) -> None:
    path = tmp_path / "mine.py"
    path.write_text(HEAD)
    found = sources(path)
    assert found["base.hostname"] == "mine.py:8"
    assert found["base.updates.automatic"] == "mine.py:10"
    assert found["base.updates.reboot_at"] == "default"
    assert found["base.timezone"].startswith(
        "mine.py:"
    )  # handed over by name: the call is known, not the line
    assert found["base.locale"] == "default"
    assert {source for name, source in found.items() if name.startswith("ssh.")} == {"default"}
    assert found["machine.os"] == "mine.py:14"


def test_what_stands_beside_the_inventory_is_named_by_its_own_file() -> None:
    """In a process of its own, as the command is: here other tests have imported it already."""
    code, printed = rig_json("show", "inventories/prod.py", "studio")
    rows = [one for part in printed["subsystems"] for one in part["settings"]]
    found = {one["setting"]: one["source"] for one in rows}
    assert code == 0
    assert found["base.operator"].startswith("inventories/studio/base.py:")
    assert found["machine.os"].startswith("inventories/prod.py:")


def secrets(value: Any) -> Iterator[Secret]:
    if isinstance(value, Secret):
        yield value
    elif isinstance(value, BaseModel):
        for name in type(value).model_fields:
            yield from secrets(getattr(value, name))
    elif isinstance(value, (list, tuple)):
        for one in value:
            yield from secrets(one)


def test_no_secret_is_shown_as_text_or_as_json() -> None:
    """Every setting is set there, so every kind of secret is."""
    rig = everything("debian13")
    host = Host("everything", rig, {})
    every = show.shown(host)
    text = show.as_text(host, every, files=True)
    made = show.ShowDocument(exit=0, name=host.name, groups=(), subsystems=every)
    known = list(secrets(rig))
    assert len(known) > 5
    for one in known:
        value = one.reveal_bytes().decode()
        for line in filter(None, value.splitlines()):
            if not line.startswith("-----"):  # the frame of every key
                assert line not in text, one
                assert line not in document.as_json(made), one
        assert repr(one) in text
    hidden = [file for part in every for file in part.files if file.secret]
    assert hidden
    assert {file.content for file in hidden} == {None}
    assert text.count("secret: not shown") == len(hidden)


def test_files_are_shown_as_they_are_rendered() -> None:
    (host,) = limit(load(ROOT / "inventories" / "prod.py"), ["studio"])
    (ssh,) = (one for one in show.shown(host) if one.name == "ssh")
    desired = next(one for one in host.rig.desired() if one.subsystem == "ssh")
    assert {file.path: (file.content or "").encode() for file in ssh.files} == {
        file.path: file.content for file in desired.files
    }
    assert "PasswordAuthentication no" in show.as_text(host, [ssh], files=True)
    assert "PasswordAuthentication no" not in show.as_text(host, [ssh], files=False)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["studio", "shs"], "did you mean ssh?"),
        (["studoi"], "did you mean studio?"),
    ],
)
def test_a_name_that_is_not_there_is_an_error_that_names_what_is(words: list[str], message: str) -> None:
    error = CliRunner().invoke(cli, ["show", "inventories/prod.py", *words]).exception
    assert isinstance(error, RigError)
    assert message in str(error)


def test_a_subsystem_that_a_host_has_not_is_named(tmp_path: Path) -> None:
    path = tmp_path / "mine.py"
    path.write_text(HEAD)
    error = CliRunner().invoke(cli, ["show", str(path), "web", "redis"]).exception
    assert isinstance(error, RigError)
    assert "it has no redis" in str(error)
