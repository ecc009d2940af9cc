exec python3 -I -c deploys/firewall/programs/loaded.py /etc/rigwright/firewall.nft 'inet rigwright'
# table inet rigwright: loaded
# remediation after_activation:
nft -f /etc/rigwright/firewall.nft
