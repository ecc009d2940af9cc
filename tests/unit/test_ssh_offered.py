"""What sshd offers to a client, from what OpenSSH's client prints."""

from __future__ import annotations

import pytest

from deploys.ssh.programs.offered import methods
from deploys.ssh.settings import SshSettings
from deploys.ssh.state import desired
from rigwright.settings.platform import Platform


@pytest.mark.parametrize(
    ("code", "printed", "found"),
    [
        (255, "rigwright-none@127.0.0.1: Permission denied (publickey).\r\n", "publickey"),
        (255, "a\nrigwright-none@::1: Permission denied (publickey,password).\n", "publickey,password"),
        (
            255,
            "x@127.0.0.1: Permission denied (publickey,keyboard-interactive).",
            "publickey,keyboard-interactive",
        ),
        (0, "", "none, so anybody may"),
        (255, "ssh: connect to host 127.0.0.1 port 22: Connection refused\r\n", None),
        (255, "kex_exchange_identification: Connection closed by remote host", None),
        (255, "\x00\ufffd Permission denied ().", None),
    ],
)
def test_methods_are_those_of_the_refusal(code: int, printed: str, found: str | None) -> None:
    assert methods(code, printed) == found


def test_sshd_is_asked_where_it_listens_and_does_not_shut_its_own_host_out() -> None:
    wanted = desired(SshSettings(listen_addresses=["192.0.2.4"], ports=[2022]), Platform("debian13"))
    asked = next(one for one in wanted.runtime_states if one.name == "sshd")
    assert asked.command.endswith(" 192.0.2.4:2022")
    (drop_in,) = (one.content.decode() for one in wanted.files if one.path.endswith("/00-rigwright.conf"))
    assert "PerSourcePenaltyExemptList 127.0.0.0/8,::1/128,192.0.2.4\n" in drop_in
