programs=/usr/lib/postgresql/14/bin
data=/var/lib/postgresql/14/main
unit=postgresql@14-main.service
deploys/postgres/programs/cluster_needed.sh
