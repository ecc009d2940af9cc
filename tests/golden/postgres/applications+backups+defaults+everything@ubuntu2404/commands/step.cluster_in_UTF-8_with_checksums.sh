programs=/usr/lib/postgresql/16/bin
data=/var/lib/postgresql/16/main
configuration=/etc/postgresql/16/main
deploys/postgres/programs/cluster.sh
