set -- operator
deploys/base/programs/logins.sh
# remediation after_activation:
