# Exits 0 when one must be made.
set -u
# Whether the folder holds a certificate and its key; and, if told, for exactly these names, for so long at least.
good() {
    cert=$1/fullchain.pem key=$1/privkey.pem names=$2 seconds=$3
    [ -s "$cert" ] && [ -s "$key" ] || return 1
    [ "$(openssl x509 -in "$cert" -noout -pubkey 2>&1)" = "$(openssl pkey -in "$key" -pubout 2>/dev/null)" ] || return 1
    [ -n "$names" ] || return 0
    openssl x509 -in "$cert" -noout -checkend "$seconds" >/dev/null 2>&1 || return 1
    [ "$(openssl x509 -in "$cert" -noout -ext subjectAltName 2>/dev/null | tail -n +2 | tr -d ' \n')" = "$names" ]
}
good /etc/nginx/tls/issued/acme '' 10512000 || exit 0
exit 1
