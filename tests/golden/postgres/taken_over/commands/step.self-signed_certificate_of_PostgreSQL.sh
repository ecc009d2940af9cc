folder=/etc/rigwright/postgres/tls/own
names=DNS:localhost
days=365
unit=postgresql@17-shop.service
deploys/postgres/programs/self_signed.sh
