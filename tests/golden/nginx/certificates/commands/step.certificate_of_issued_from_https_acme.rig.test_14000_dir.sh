# Ask the authority, unless its certificate is here already and only has to be handed to nginx.
set -eu
lineage=rigwright-issued
live=/etc/letsencrypt/live/$lineage
export REQUESTS_CA_BUNDLE=/etc/letsencrypt/rigwright-directory-ca.pem
# Whether certbot has a certificate of this authority for exactly these names.
# Its timer renews at a third of the lifetime: when less than a sixth is left, that has failed for long.
moment() {
    date -d "$(openssl x509 -in "$live/fullchain.pem" -noout "-$1" | cut -d= -f2)" +%s
}
lineage_good() {
    [ -s "$live/fullchain.pem" ] || return 1
    grep -qxF "server = "https://acme.rig.test:14000/dir "/etc/letsencrypt/renewal/$lineage.conf" || return 1
    found=$(openssl x509 -in "$live/fullchain.pem" -noout -ext subjectAltName 2>/dev/null |
        tail -n +2 | tr -d ' ' | tr ',' '\n' | sed 's/^DNS://' | LC_ALL=C sort)
    [ "$found" = 'also.rig.test
issued.rig.test' ] || return 1
    left=$(($(moment enddate) - $(date +%s)))
    [ $((left * 6)) -gt $(($(moment enddate) - $(moment startdate))) ]
}
if lineage_good; then
    RENEWED_LINEAGE=$live /usr/local/lib/rigwright/nginx/install-certificate
else
    certbot certonly --non-interactive --agree-tos --no-eff-email --email operator@example.org --server https://acme.rig.test:14000/dir \
        --cert-name "$lineage" --domains issued.rig.test,also.rig.test --renew-with-new-domains --force-renewal \
        --key-type ecdsa --elliptic-curve secp256r1 --webroot --webroot-path /var/www/acme-challenge --deploy-hook /usr/local/lib/rigwright/nginx/install-certificate
fi
