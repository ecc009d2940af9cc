deploys/backup/programs/amcheck.sql
