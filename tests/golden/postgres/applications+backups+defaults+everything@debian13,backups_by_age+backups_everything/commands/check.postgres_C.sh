programs=/usr/lib/postgresql/17/bin
data=/var/lib/postgresql/17/main
configuration=/etc/postgresql/17/main
deploys/postgres/programs/check.sh
