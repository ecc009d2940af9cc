digest=<sha256 of /etc/systemd/journald.conf.d/rigwright.conf>
deploys/base/programs/journal.sh
# systemd-journald.service: active
# journald runs with its settings: true
# remediation after_activation:
deploys/base/programs/journal_start.sh
