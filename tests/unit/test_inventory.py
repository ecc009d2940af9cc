"""An inventory gives every host that it names, or an error with the reason."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from rigwright.errors import RigError
from rigwright.inventory.load import load

HEAD = """
from deploys.rig import Machine, Rig
from rigwright.inventory.load import ssh_host
rig = Rig(machine=Machine(os="debian13"))
def at(name, address):
    return ssh_host(name, rig, address=address, user="operator")
_web = at("web", "192.0.2.1")
"""


def write(folder: Path, text: str) -> Path:
    path = folder / "inventory.py"
    path.write_text(HEAD + text)
    return path


def test_a_host_in_two_groups_is_one_host(tmp_path: Path) -> None:
    hosts = load(write(tmp_path, "all_of_them = [_web, at('db', '192.0.2.2')]\nweb_servers = [_web]"))
    assert [host.name for host in hosts] == ["web", "db"]


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("one = [_web]\ntwo = [at('web', '192.0.2.2')]", "two different hosts are named web"),
        ("one = [_web]\ntwo = ([at('db', '192.0.2.2')], {'ssh_port': 2222})", "data of its own"),
        ("one = [_web]\nraise SystemExit(0)", "SystemExit"),
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
    with pytest.raises(RigError) as caught:
        load(folder / "mine.py")
    assert str(caught.value.file).endswith("inventories/beside.py:3")


OTHERS = {
    "three-strings": "NETS = ('198.51.100.0/24', '203.0.113.0/24', '2001:db8:1::/48')",
    "two-strings": "NETS = ('198.51.100.0/24', '203.0.113.0/24')",
    "one-number": "PORTS = (22,)",
    "two-numbers": "PORTS = (80, 443)",
    "nothing": "NONE = (None, None)",
    "empty-tuple": "NOTHING = ()",
    "pair-of-tuples": "PAIRS = (('a', 'b'), ('c', 'd'))",
    "tuple-of-dictionaries": "USERS = ({'name': 'anna'}, {'name': 'otto'})",
    "named-tuple": "from collections import namedtuple as _n\nOFFICE = _n('Net', 'name address')('a', 'b')",
    "list-of-strings": "PACKAGES = ['htop', 'tmux']",
    "list-of-pairs": "PAIRS = [(1, 2)]",
    "list-comprehension": "NAMES = [name for name in 'ab']",
    "imported-list": "from keyword import kwlist",
    "imported-tuple": "from sys import version_info",
    "renamed-import": "from sys import version_info as VERSION",
}
"""Constants that pyinfra takes for a group of hosts."""


PYINFRA = """
import json, sys
from pyinfra.api.state import State
from pyinfra.context import ctx_state
from pyinfra_cli.inventory import make_inventory_from_files
def read(path):
    try:
        inventory = make_inventory_from_files(path)
    except (TypeError, ValueError, IndexError) as error:
        return {"error": type(error).__name__}
    return {"hosts": sorted(host.name for host in inventory), "groups": sorted(inventory.groups)}
with ctx_state.use(State()):
    print(json.dumps([read(path) for path in sys.argv[1:]]))
"""
"""What pyinfra makes of inventories, in a process of its own: importing it hands the process to gevent."""


@pytest.fixture(scope="module")
def by_pyinfra(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """What pyinfra reads from an inventory with each of the constants."""
    texts = [*OTHERS.values(), *IGNORED.values()]
    paths = [write(tmp_path_factory.mktemp("one"), f"hosts = [_web]\n{text}\n") for text in texts]
    command = [sys.executable, "-c", PYINFRA, *map(str, paths)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return dict(zip(texts, json.loads(done.stdout), strict=True))


@pytest.mark.parametrize("text", OTHERS.values(), ids=OTHERS)
def test_a_constant_that_pyinfra_takes_for_a_group_is_refused_by_its_name(
    tmp_path: Path, by_pyinfra: dict[str, dict[str, Any]], text: str
) -> None:
    name = text.splitlines()[-1].rpartition("import ")[2].rpartition(" as ")[2].partition(" =")[0]
    path = write(tmp_path, f"hosts = [_web]\n{text}\n")
    with pytest.raises(RigError, match="takes every public list and tuple for a group") as caught:
        load(path)
    assert caught.value.setting == name
    assert caught.value.file == str(path)
    assert f"rename it to _{name}" in str(caught.value)
    read = by_pyinfra[text]
    assert "error" in read or name in read["groups"]


IGNORED = {
    "underscore": "_NETS = ('198.51.100.0/24', '203.0.113.0/24')",
    "list-of-numbers": "PORTS = [80, 443]",
    "empty-list": "NOTHING = []",
    "tuples-of-numbers": "PAIRS = ((1, 2), (3, 4))",
    "lists-of-numbers": "PAIRS = ([1, 2], [3, 4])",
    "generator": "LAZY = (name for name in 'ab')",
    "set": "NAMES = {'a', 'b'}",
    "frozen-set": "NAMES = frozenset(('a', 'b'))",
    "dictionary": "NAMES = {'a': ('b', 'c')}",
    "string": "NET = '198.51.100.0/24'",
    "module": "import sys",
    "range": "PORTS = range(8000, 8010)",
    "list-of-dictionaries": "USERS = [{'name': 'anna'}]",
}


@pytest.mark.parametrize("text", IGNORED.values(), ids=IGNORED)
def test_a_constant_that_pyinfra_ignores_stays(
    tmp_path: Path, by_pyinfra: dict[str, dict[str, Any]], text: str
) -> None:
    path = write(tmp_path, f"hosts = [_web]\n{text}\n")
    assert [host.name for host in load(path)] == ["web"]
    assert by_pyinfra[text].get("hosts") == ["web"]


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("lazy = ((name for name in 'ab'), {})", "this tuple is none"),
        ("mixed = [_web, 80]", "an entry is no host"),
        ("mixed = [_web, 'db']", "an entry is no host"),
        ("hosts = (_web,)", "a group is a list"),
        ("hosts = (_web, at('db', '192.0.2.2'))", "a group is a list"),
        ("hosts = _web", "a group is a list"),
        ("hosts = [('web', {'rig': 1})]", "the rig of web is none"),
    ],
)
def test_hosts_that_pyinfra_would_leave_out_or_misread_are_refused(
    tmp_path: Path, text: str, word: str
) -> None:
    with pytest.raises(RigError, match=word):
        load(write(tmp_path, text))
