exec python3 -I -c deploys/base/programs/shut_out.py
# all but root: no
# remediation after_activation:
