"""The firewall: its file, its unit, and rules that were added and taken away by hand."""

CHANGES = {
    ("file.mode", "/etc/rigwright/firewall.nft"): "chmod 600 /etc/rigwright/firewall.nft",
    ("unit.enabled", "rigwright-firewall.service"): "systemctl disable -q rigwright-firewall",
    ("runtime_state.unmanaged", "nft: input: tcp dport 9999 accept"): (
        "nft insert rule inet rigwright input tcp dport 9999 accept"
    ),
    ("runtime_state.unmanaged", "nft: forward: ct original ip daddr 127.0.0.0/8 drop"): (
        "nft delete rule inet rigwright forward handle "
        "$(nft -a list chain inet rigwright forward | sed -n 's/.*127.0.0.0.*handle //p')"
    ),
}
EVERYTHING = {
    ("runtime_state.value", "fail2ban: maxretry"): "fail2ban-client set sshd maxretry 99",
}
