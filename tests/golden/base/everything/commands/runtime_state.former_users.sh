exec python3 -I -c deploys/base/programs/former_users.py show carol
# carol: shut out
# remediation after_activation:
exec python3 -I -c deploys/base/programs/former_users.py set carol
