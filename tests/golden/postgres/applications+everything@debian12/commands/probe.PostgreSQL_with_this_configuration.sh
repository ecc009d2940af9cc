programs=/usr/lib/postgresql/15/bin
port=5433
digest=<digest of the configuration>
deploys/postgres/programs/probe.sh
