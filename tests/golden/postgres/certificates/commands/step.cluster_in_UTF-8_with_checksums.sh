programs=/usr/lib/postgresql/18/bin
data=/var/lib/postgresql/18/main
configuration=/etc/postgresql/18/main
deploys/postgres/programs/cluster.sh
