set -- /etc/nginx/tls/bought/files/fullchain.pem bought.rig.test
deploys/nginx/programs/certificate_covers.sh
