programs=/usr/lib/postgresql/17/bin
data=/srv/postgresql/shop
configuration=/etc/postgresql/17/shop
unit=postgresql@17-shop.service
deploys/postgres/programs/new_cluster_needed.sh
