exec python3 -I -c deploys/base/programs/cloud_init.py show
# /etc/hosts: kept
# remediation after_activation:
exec python3 -I -c deploys/base/programs/cloud_init.py set
