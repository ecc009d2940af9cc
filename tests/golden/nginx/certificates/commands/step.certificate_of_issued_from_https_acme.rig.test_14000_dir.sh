folder=/etc/nginx/tls/issued/acme
lineage=rigwright-issued
names='also.rig.test
issued.rig.test'
domains=issued.rig.test,also.rig.test
email=operator@example.org
directory_url=https://acme.rig.test:14000/dir
webroot=/var/www/acme-challenge
hook=/usr/local/lib/rigwright/nginx/install-certificate
ca_bundle=/etc/letsencrypt/rigwright-directory-ca.pem
set -- issue
deploys/nginx/programs/acme.sh
