path=/etc/apt/sources.list.d/rigwright-container-toolkit.sources
deploys/shared/programs/signed.sh
