# Succeeds when the key is the certificate's. With another one the server would start, and refuse every connection.
# certificate, key: their files in PEM form
set -u
: "${certificate:?}" "${key:?}"
public=$(openssl x509 -in "$certificate" -noout -pubkey) || exit 1
[ "$public" = "$(openssl pkey -in "$key" -pubout)" ] || { echo "the certificate and its key do not fit"; exit 1; }
