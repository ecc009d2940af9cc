nft -c -f /etc/rigwright/firewall.nft && nft -c -f /usr/local/lib/rigwright/firewall/ssh-only.nft
