"""An inventory gives every host that it names, or says why it cannot."""

from __future__ import annotations

from pathlib import Path

import pytest

from rigwright.errors import RigError
from rigwright.inventory.load import load

HEAD = """
from deploys.rig import Machine, Rig
from rigwright.inventory.load import ssh_host
rig = Rig(machine=Machine(os="debian13"))
def at(name, address):
    return ssh_host(name, rig, address=address, user="operator")
web = at("web", "192.0.2.1")
"""


def write(folder: Path, text: str) -> Path:
    path = folder / "inventory.py"
    path.write_text(HEAD + text)
    return path


def test_a_host_in_two_groups_is_one_host(tmp_path: Path) -> None:
    hosts = load(write(tmp_path, "all_of_them = [web, at('db', '192.0.2.2')]\nweb_servers = [web]"))
    assert [host.name for host in hosts] == ["web", "db"]


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("one = [web]\ntwo = [at('web', '192.0.2.2')]", "two different hosts are named web"),
        ("one = [web]\ntwo = ([at('db', '192.0.2.2')], {'ssh_port': 2222})", "data of its own"),
        ("one = [web]\nraise SystemExit(0)", "SystemExit"),
        ("import sys\nsys.exit()", "SystemExit"),
    ],
    ids=["one-name-twice", "group-with-data", "exits-with-0", "exits"],
)
def test_a_host_is_never_left_out_in_silence(tmp_path: Path, text: str, word: str) -> None:
    with pytest.raises(RigError, match=word):
        load(write(tmp_path, text))


def test_a_mistake_beside_the_inventory_is_named_with_its_own_file_and_line(tmp_path: Path) -> None:
    folder = tmp_path / "inventories"
    folder.mkdir()
    (folder / "beside.py").write_text("\ndef office():\n    raise ValueError('no such office')\n")
    (folder / "mine.py").write_text(
        f"import sys\nsys.path.insert(0, {str(folder)!r})\nfrom beside import office\noffice()\n"
    )
    with pytest.raises(RigError) as told:
        load(folder / "mine.py")
    assert str(told.value.file).endswith("inventories/beside.py:3")
