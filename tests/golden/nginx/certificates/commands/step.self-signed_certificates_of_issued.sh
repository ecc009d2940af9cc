set -- make /etc/nginx/tls/issued/acme issued DNS:issued.rig.test,DNS:also.rig.test '' 365 10512000
deploys/nginx/programs/self_signed.sh
