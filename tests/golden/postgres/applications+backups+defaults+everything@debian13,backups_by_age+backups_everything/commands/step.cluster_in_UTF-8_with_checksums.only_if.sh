programs=/usr/lib/postgresql/17/bin
data=/var/lib/postgresql/17/main
unit=postgresql@17-main.service
deploys/postgres/programs/cluster_needed.sh
