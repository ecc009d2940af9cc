path=/etc/apt/sources.list.d/rigwright-docker.sources
deploys/shared/programs/signed.sh
