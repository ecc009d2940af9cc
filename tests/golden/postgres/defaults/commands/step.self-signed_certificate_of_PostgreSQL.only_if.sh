# Exits 0 when it must be made: missing, for other names, or with less than a third of its lifetime left.
set -u
cert=/etc/rigwright/postgres/tls/own/fullchain.pem key=/etc/rigwright/postgres/tls/own/privkey.pem
[ -s "$cert" ] && [ -s "$key" ] || exit 0
[ "$(openssl x509 -in "$cert" -noout -pubkey 2>&1)" = "$(openssl pkey -in "$key" -pubout 2>/dev/null)" ] || exit 0
openssl x509 -in "$cert" -noout -checkend 10512000 >/dev/null 2>&1 || exit 0
[ "$(openssl x509 -in "$cert" -noout -ext subjectAltName 2>/dev/null | tail -n +2 | tr -d ' \n')" != "DNS:localhost" ]
