certificate=/etc/rigwright/postgres/tls/files/fullchain.pem
key=/etc/rigwright/postgres/tls/files/privkey.pem
deploys/postgres/programs/certificate_fits.sh
