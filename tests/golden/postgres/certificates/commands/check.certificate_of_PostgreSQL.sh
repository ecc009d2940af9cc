# The server would start with a certificate that its key does not fit only to refuse every connection.
set -u
public=$(openssl x509 -in /etc/rigwright/postgres/tls/files/fullchain.pem -noout -pubkey) || exit 1
[ "$public" = "$(openssl pkey -in /etc/rigwright/postgres/tls/files/privkey.pem -pubout)" ] || { echo "the certificate and its key do not fit"; exit 1; }
