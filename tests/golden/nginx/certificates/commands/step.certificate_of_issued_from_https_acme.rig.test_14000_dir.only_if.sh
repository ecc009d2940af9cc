# Exits 0 when the authority must be asked, or its certificate is not the one that nginx has.
set -u
lineage=rigwright-issued
live=/etc/letsencrypt/live/$lineage
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
lineage_good || exit 0
cmp -s "$live/fullchain.pem" /etc/nginx/tls/issued/acme/fullchain.pem || exit 0
cmp -s "$live/privkey.pem" /etc/nginx/tls/issued/acme/privkey.pem || exit 0
exit 1
