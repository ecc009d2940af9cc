folder=/etc/nginx/tls/issued/acme
lineage=rigwright-issued
names='*.issued.rig.test
issued.rig.test'
domains='issued.rig.test,*.issued.rig.test'
email=operator@example.org
directory_url=https://acme.rig.test:14000/dir
webroot=/var/www/acme-challenge
hook=/usr/local/lib/rigwright/nginx/install-certificate
ca_bundle=/etc/letsencrypt/rigwright-directory-ca.pem
credentials=/etc/letsencrypt/rigwright-dns.ini
propagation_seconds=5
set -- issue
deploys/nginx/programs/acme.sh
