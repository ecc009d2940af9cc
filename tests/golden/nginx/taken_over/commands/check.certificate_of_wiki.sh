set -- /etc/letsencrypt/live/wiki.rig.test-0001/fullchain.pem wiki.rig.test
deploys/nginx/programs/certificate_covers.sh
