deploys/postgres/programs/rows.sql
