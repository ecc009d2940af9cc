digest=<sha256 of /etc/systemd/journald.conf.d/rigwright.conf>
deploys/base/programs/journal.sh
# journald runs with its settings: true
# remediation after_activation:
systemctl restart systemd-journald.service
