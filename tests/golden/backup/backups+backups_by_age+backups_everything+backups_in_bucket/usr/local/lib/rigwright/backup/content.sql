deploys/backup/programs/content.sql
