programs=/usr/lib/postgresql/18/bin
data=/var/lib/postgresql/18/main
unit=postgresql@18-main.service
deploys/postgres/programs/cluster_needed.sh
