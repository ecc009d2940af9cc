[ ! -d /srv/dumps ]
