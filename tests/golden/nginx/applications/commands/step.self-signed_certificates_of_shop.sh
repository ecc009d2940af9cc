set -- make /etc/nginx/tls/shop/self_signed shop DNS:shop.rig.test DNS:shop.rig.test 365 10512000
deploys/nginx/programs/self_signed.sh
