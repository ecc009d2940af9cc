# Exits 0 when the self-signed certificate must be made: it is missing, for other names, or due for renewal; else 1.
# folder: where it stands; names: subjectAltName; renew_before_seconds: the lifetime left from which on it is due
set -u
: "${folder:?}" "${names:?}" "${renew_before_seconds:?}"
certificate=$folder/fullchain.pem key=$folder/privkey.pem
[ -s "$certificate" ] && [ -s "$key" ] || exit 0
public=$(openssl x509 -in "$certificate" -noout -pubkey 2>&1)
[ "$public" = "$(openssl pkey -in "$key" -pubout 2>/dev/null)" ] || exit 0
openssl x509 -in "$certificate" -noout -checkend "$renew_before_seconds" >/dev/null 2>&1 || exit 0
found=$(openssl x509 -in "$certificate" -noout -ext subjectAltName 2>/dev/null | tail -n +2 | tr -d ' \n')
[ "$found" != "$names" ]
