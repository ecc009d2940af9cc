folder=/etc/rigwright/postgres/tls/own
names=DNS:db.rig.test,DNS:localhost
renew_before_seconds=2592000
deploys/postgres/programs/self_signed_needed.sh
