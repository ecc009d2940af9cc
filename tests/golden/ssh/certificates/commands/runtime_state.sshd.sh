exec python3 -I -c deploys/ssh/programs/offered.py 10.0.0.1:22
# offered to clients: publickey
# remediation after_activation:
systemctl reload ssh.service && sleep 1
