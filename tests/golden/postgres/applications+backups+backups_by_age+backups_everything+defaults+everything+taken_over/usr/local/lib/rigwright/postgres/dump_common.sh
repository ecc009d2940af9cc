deploys/postgres/programs/dump_common.sh
