set -- due /etc/nginx/tls/issued/acme issued 'DNS:issued.rig.test,DNS:*.issued.rig.test' '' 365 10512000 /etc/nginx/tls/Asking-1/self_signed Asking-1 DNS:xn--bcher-kva.rig.test DNS:xn--bcher-kva.rig.test 365 10512000
deploys/nginx/programs/self_signed.sh
