umask 022 && mkdir -p /srv/dumps
