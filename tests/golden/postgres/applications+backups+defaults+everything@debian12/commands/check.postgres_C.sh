programs=/usr/lib/postgresql/15/bin
data=/var/lib/postgresql/15/main
configuration=/etc/postgresql/15/main
deploys/postgres/programs/check.sh
