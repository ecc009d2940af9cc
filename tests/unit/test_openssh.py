"""``rig ssh`` reaches a host with what the inventory states, and leaves the rest to the operator's ssh."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from deploys.rig import Machine, Rig
from rigwright.inventory.load import ssh_host
from rigwright.remote.openssh import arguments, script

RIG = Rig(machine=Machine(os="debian13"))


def resolved(argv: list[str]) -> dict[str, str]:
    """What ssh itself would use: it prints that and connects nowhere."""
    done = subprocess.run(["ssh", "-G", *argv[1:]], capture_output=True, text=True, check=True)
    return dict(line.split(" ", 1) for line in done.stdout.splitlines())


@pytest.mark.skipif(shutil.which("ssh") is None, reason="needs OpenSSH's client")
def test_ssh_itself_reads_the_inventorys_facts(tmp_path: Path) -> None:
    key, pins = tmp_path / "a key 100%", tmp_path / "known hosts"
    name, data = ssh_host("web", RIG, address="192.0.2.7", user="ops", port=2222, key=key, known_hosts=pins)
    found = resolved(arguments(name, data))
    assert found["hostname"] == "192.0.2.7"
    assert (found["user"], found["port"]) == ("ops", "2222")
    assert found["userknownhostsfile"] == str(pins)
    assert found["globalknownhostsfile"] == "/dev/null"
    assert found["identityfile"].strip('"') == str(key).replace("%", "%%")
    assert found["identitiesonly"] == "yes"
    assert found["stricthostkeychecking"] in ("yes", "true")


def test_without_a_key_the_agent_and_the_users_own_keys_are_used() -> None:
    name, data = ssh_host("web", RIG, address="2001:db8::7", user="ops")
    argv = arguments(name, data)
    assert not [word for word in argv if "Identit" in word]
    assert argv[-2:] == ["--", "2001:db8::7"]


def test_an_address_is_never_an_option_and_a_bare_name_is_one_for_ssh_config() -> None:
    assert arguments("web", {"ssh_hostname": "-oProxyCommand=x"})[-2:] == ["--", "-oProxyCommand=x"]
    assert arguments("alias", {}) == [
        *("ssh", "-oConnectTimeout=10", "-oStrictHostKeyChecking=yes", "--", "alias")
    ]
    assert arguments("web", {"ssh_config_file": "/c"})[1:3] == ["-F", "/c"]


def test_words_keep_their_quotes_and_one_word_is_a_script() -> None:
    assert script(["df -h | tail -1"]) == "df -h | tail -1"
    assert script(["grep", "a b", "*.log"]) == "grep 'a b' '*.log'"
