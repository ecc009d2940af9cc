# acme.sh due | issue: a site's certificate from an ACME authority, which certbot keeps and nginx has a copy of.
# due exits 0 when a certificate must be requested, or its certificate is not the one that nginx has, and 1 otherwise.
# issue requests one, unless certbot has it already and it only has to be installed for nginx.
# "$names" has the domains sorted, one a line; "$domains" has them for certbot, with commas.
# "$credentials" is empty, and the authority asks by HTTP; or it is the file of a key for updates of DNS, which every
# name server has after "$propagation_seconds".
# "$ca_bundle" is empty or the file by which a private authority's own HTTPS is trusted.
set -u
: "${lineage:?}" "${folder:?}" "${names:?}" "${domains:?}" "${email:?}" "${directory_url:?}"
: "${webroot:?}" "${hook:?}" "${ca_bundle?}" "${credentials?}" "${propagation_seconds?}"
authenticator=webroot
if [ -n "$credentials" ]; then authenticator=dns-rfc2136; fi
live=/etc/letsencrypt/live/$lineage

moment() {
    date -d "$(openssl x509 -in "$live/fullchain.pem" -noout "-$1" | cut -d= -f2)" +%s
}

# Whether certbot has a certificate of this authority for exactly these names.
# Its timer renews at a third of the lifetime: when less than a sixth is left, that has failed for long.
lineage_good() {
    [ -s "$live/fullchain.pem" ] || return 1
    grep -qxF "server = $directory_url" "/etc/letsencrypt/renewal/$lineage.conf" || return 1
    grep -qxF "authenticator = $authenticator" "/etc/letsencrypt/renewal/$lineage.conf" || return 1
    found=$(openssl x509 -in "$live/fullchain.pem" -noout -ext subjectAltName 2>/dev/null |
        tail -n +2 | tr -d ' ' | tr ',' '\n' | sed 's/^DNS://' | LC_ALL=C sort)
    [ "$found" = "$names" ] || return 1
    left=$(($(moment enddate) - $(date +%s)))
    [ $((left * 6)) -gt $(($(moment enddate) - $(moment startdate))) ]
}

due() {
    lineage_good || return 0
    cmp -s "$live/fullchain.pem" "$folder/fullchain.pem" || return 0
    cmp -s "$live/privkey.pem" "$folder/privkey.pem" || return 0
    return 1
}

# The authority counts failed requests, and asks DNS for each name first.
has_addresses() {
    for name in $names; do
        if ! getent ahosts "$name" >/dev/null; then
            echo "DNS has no address for $name, so no certificate was asked for: add its record, and apply again"
            return 1
        fi
    done
}

issue() {
    if [ -n "$ca_bundle" ]; then export REQUESTS_CA_BUNDLE="$ca_bundle"; fi
    if lineage_good; then
        RENEWED_LINEAGE=$live "$hook"
    else
        if [ -n "$credentials" ]; then
            set -- --dns-rfc2136 --dns-rfc2136-credentials "$credentials" \
                --dns-rfc2136-propagation-seconds "$propagation_seconds"
        else
            has_addresses || return 1
            set -- --webroot --webroot-path "$webroot"
        fi
        certbot certonly --non-interactive --agree-tos --no-eff-email --email "$email" --server "$directory_url" \
            --cert-name "$lineage" --domains "$domains" --renew-with-new-domains --force-renewal \
            --key-type ecdsa --elliptic-curve secp256r1 --deploy-hook "$hook" "$@"
    fi
}

case $1 in
due) due ;;
issue) issue ;;
*) exit 64 ;;
esac
