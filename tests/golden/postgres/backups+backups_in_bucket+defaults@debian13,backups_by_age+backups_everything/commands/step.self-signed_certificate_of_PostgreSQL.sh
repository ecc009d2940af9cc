folder=/etc/rigwright/postgres/tls/own
names=DNS:localhost
days=365
unit=postgresql@17-main.service
deploys/postgres/programs/self_signed.sh
