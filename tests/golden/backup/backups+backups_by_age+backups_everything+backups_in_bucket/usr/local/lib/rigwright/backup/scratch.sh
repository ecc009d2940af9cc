deploys/backup/programs/scratch.sh
