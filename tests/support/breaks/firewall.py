"""What makes the claims about the firewall false."""

from __future__ import annotations

from tests.support.breaks.model import Claims

TABLE = "nft -f /etc/rigwright/firewall.nft"

_firewall = Claims("test_firewall")
_networks = Claims("test_firewall_networks")


BREAKS = (
    _firewall.ran(
        "test_a_port_that_nothing_declares_is_denied",
        "nft chain inet rigwright input '{ policy accept; }'",
        TABLE,
    ),
    _firewall.ran(
        "test_forwarding_is_decided_before_docker_decides",
        "nft add table ip rigbreak; "
        "nft add chain ip rigbreak f '{ type filter hook forward priority -20; policy accept; }'",
        "nft delete table ip rigbreak",
    ),
    _firewall.unit(
        "test_it_comes_back_with_a_boot_before_the_network", "disable", "rigwright-firewall.service"
    ),
    _firewall.ran(
        "test_a_port_that_nothing_allows_is_not_reached_from_outside",
        "nft insert rule inet rigwright input tcp dport 47613 accept",
        TABLE,
    ),
    _networks.ran(
        "test_each_declared_port_is_reached_from_its_networks_and_from_no_other",
        "nft insert rule inet rigwright input udp dport 8501 accept",
        TABLE,
    ),
    _firewall.ran(
        "test_blocked_networks_are_in_the_kernel_s_rules", "nft flush chain inet rigwright blocked", TABLE
    ),
    _firewall.ran(
        "test_one_source_holds_no_more_connections_than_the_inventory_allows",
        "nft flush chain inet rigwright counted",
        TABLE,
    ),
    _firewall.ran(
        "test_a_local_port_refuses_every_account_but_its_own", "nft flush chain inet rigwright local", TABLE
    ),
    _firewall.ran(
        "test_an_address_that_fails_to_log_in_is_shut_out",
        "fail2ban-client set sshd maxretry 9",
        "fail2ban-client set sshd maxretry 4",
    ),
    _firewall.ran(
        "test_the_networks_of_operators_are_never_shut_out",
        "fail2ban-client set sshd delignoreip 10.213.0.0/16",
        "fail2ban-client set sshd addignoreip 10.213.0.0/16",
    ),
)
