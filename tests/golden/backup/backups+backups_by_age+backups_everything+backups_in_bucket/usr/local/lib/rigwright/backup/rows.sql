deploys/backup/programs/rows.sql
