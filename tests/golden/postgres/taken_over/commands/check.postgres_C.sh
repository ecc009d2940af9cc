programs=/usr/lib/postgresql/17/bin
data=/srv/postgresql/shop
configuration=/etc/postgresql/17/shop
deploys/postgres/programs/check.sh
