exec python3 -I -c deploys/base/programs/shut_out.py backup-agent operator
# backup-agent: no
# operator: no
# all but root: no
# remediation after_activation:
