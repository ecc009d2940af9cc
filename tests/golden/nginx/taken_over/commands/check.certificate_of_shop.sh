set -- /etc/letsencrypt/live/shop.rig.test/fullchain.pem shop.rig.test
deploys/nginx/programs/certificate_covers.sh
