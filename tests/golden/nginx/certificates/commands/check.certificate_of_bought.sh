for name in bought.rig.test; do
    openssl x509 -in /etc/nginx/tls/bought/files/fullchain.pem -noout -checkhost "$name" | grep -q "does match" ||
        { echo "the certificate in /etc/nginx/tls/bought/files/fullchain.pem is not for $name"; exit 1; }
done
