programs=/usr/lib/postgresql/14/bin
data=/var/lib/postgresql/14/main
configuration=/etc/postgresql/14/main
deploys/postgres/programs/check.sh
