exec python3 -I -c deploys/firewall/programs/others.py 'inet rigwright'
# remediation after_activation:
