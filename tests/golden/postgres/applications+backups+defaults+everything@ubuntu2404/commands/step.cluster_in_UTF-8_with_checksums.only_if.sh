programs=/usr/lib/postgresql/16/bin
data=/var/lib/postgresql/16/main
unit=postgresql@16-main.service
deploys/postgres/programs/cluster_needed.sh
