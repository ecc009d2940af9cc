programs=/usr/lib/postgresql/17/bin
data=/srv/postgresql/shop
configuration=/etc/postgresql/17/shop
version=17
name=shop
port=5432
deploys/postgres/programs/new_cluster.sh
