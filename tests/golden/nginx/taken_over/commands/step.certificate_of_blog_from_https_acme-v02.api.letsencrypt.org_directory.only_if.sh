folder=/etc/nginx/tls/blog/acme
lineage=rigwright-blog
names=blog.rig.test
domains=blog.rig.test
email=operator@example.org
directory_url=https://acme-v02.api.letsencrypt.org/directory
webroot=/var/www/acme-challenge
hook=/usr/local/lib/rigwright/nginx/install-certificate
ca_bundle=''
credentials=''
propagation_seconds=''
set -- due
deploys/nginx/programs/acme.sh
