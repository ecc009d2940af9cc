path=/etc/apt/sources.list.d/rigwright-nvidia.sources
deploys/shared/programs/signed.sh
