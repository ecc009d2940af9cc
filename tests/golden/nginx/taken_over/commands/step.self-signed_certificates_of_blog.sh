set -- make /etc/nginx/tls/blog/acme blog DNS:blog.rig.test '' 365 10512000
deploys/nginx/programs/self_signed.sh
