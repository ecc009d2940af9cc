programs=/usr/lib/postgresql/16/bin
port=5433
digest=<digest of the configuration>
deploys/postgres/programs/probe.sh
