deploys/docker/programs/validate.sh
