programs=/usr/lib/postgresql/17/bin
port=5432
digest=<digest of the configuration>
deploys/postgres/programs/probe.sh
