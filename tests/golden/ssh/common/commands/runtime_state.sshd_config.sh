deploys/ssh/programs/include.sh
# Include of /etc/ssh/sshd_config.d: there
# remediation after_activation:
