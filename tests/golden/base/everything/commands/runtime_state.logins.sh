set -- Render.Bot-2 alice backup-agent bob operator
deploys/base/programs/logins.sh
# remediation after_activation:
