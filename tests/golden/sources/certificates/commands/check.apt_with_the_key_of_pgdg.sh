path=/etc/apt/sources.list.d/rigwright-pgdg.sources
deploys/shared/programs/signed.sh
