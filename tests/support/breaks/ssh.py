"""What makes the claims about sshd false."""

from __future__ import annotations

from tests.support.breaks.model import KEPT, Break, Claims

# Of two values sshd takes the first, and reads this file before ours.
FIRST = "/etc/ssh/sshd_config.d/00-a.conf"

_ssh = Claims("test_ssh")


def written(test: str, lines: str) -> Break:
    """By a file alone: what sshd would take with its next load."""
    return _ssh.ran(test, f"printf '{lines}\\n' >{FIRST}", f"rm {FIRST}", touches="sshd")


def loaded(test: str, lines: str) -> Break:
    """By what sshd has loaded, while its files are as they should be."""
    load = "systemctl reload ssh; sleep 1"
    return _ssh.ran(test, f"printf '{lines}\\n' >{FIRST}; {load}; rm {FIRST}", load, touches="sshd")


BREAKS = (
    _ssh.unit("test_it_runs_and_comes_back_after_a_boot", "disable", "ssh.service"),
    _ssh.listened("test_it_listens_on_the_endpoints_of_the_inventory_alone", "sshd", 7022),
    written("test_only_a_key_logs_in", "PasswordAuthentication yes"),
    written("test_its_limits_are_those_of_the_inventory", "MaxAuthTries 9"),
    _ssh.edited(
        "test_a_client_from_outside_is_offered_the_chosen_host_keys_and_shown_the_banner",
        "/etc/ssh/rigwright-banner",
        "s/recorded/not recorded/",
    ),
    loaded(
        "test_a_client_from_outside_is_offered_keys_alone",
        "AuthenticationMethods any\\nPasswordAuthentication yes",
    ),
    loaded(
        "test_a_client_from_outside_is_offered_strong_algorithms_alone",
        "Ciphers aes256-gcm@openssh.com,aes256-ctr,aes128-cbc",
    ),
    _ssh.ran(
        "test_its_keys_are_for_root_alone",
        "touch /etc/ssh/ssh_host_break_key; chmod 644 /etc/ssh/ssh_host_break_key",
        "rm /etc/ssh/ssh_host_break_key",
    ),
    _ssh.ran(
        "test_the_operator_becomes_root_without_a_prompt",
        f"echo 'Defaults:operator runas_default=nobody' >{KEPT}/sudo; "
        f"install -m 440 {KEPT}/sudo /etc/sudoers.d/zz-rig-break",
        "rm /etc/sudoers.d/zz-rig-break",
        alone=True,
    ),
)
