count=22
deploys/base/programs/audit.sh
# differing: none
# remediation after_activation:
systemctl restart rigwright-audit.service
