deploys/postgres/programs/roles.sql
