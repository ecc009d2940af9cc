folder=/etc/rigwright/postgres/tls/own
names=DNS:localhost
renew_before_seconds=10512000
deploys/postgres/programs/self_signed_needed.sh
