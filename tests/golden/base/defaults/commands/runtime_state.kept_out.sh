exec python3 -I -c deploys/base/programs/shut_out.py operator
# operator: no
# all but root: no
# remediation after_activation:
