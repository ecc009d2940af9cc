programs=/usr/lib/postgresql/15/bin
data=/var/lib/postgresql/15/main
unit=postgresql@15-main.service
deploys/postgres/programs/cluster_needed.sh
