folder=/etc/rigwright/postgres/tls/own
names=DNS:db.rig.test,DNS:localhost
days=90
unit=postgresql@14-main.service
deploys/postgres/programs/self_signed.sh
