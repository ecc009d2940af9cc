set -- make /etc/nginx/tls/app/self_signed app DNS:app.rig.test,DNS:app2.rig.test,DNS:www.app.rig.test DNS:app.rig.test,DNS:app2.rig.test,DNS:www.app.rig.test 90 2592000 /etc/nginx/tls/media/self_signed media DNS:media.rig.test DNS:media.rig.test 365 10512000 /etc/nginx/tls/closed/self_signed closed DNS:closed.rig.test DNS:closed.rig.test 365 10512000
deploys/nginx/programs/self_signed.sh
