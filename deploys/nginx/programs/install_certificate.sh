#!/bin/sh
# Hands a certificate of certbot's to nginx, and sets its renewal to when a third of its lifetime is left.
# certbot runs it after each renewal. certbot before 4.0 renews at 30 days whatever the lifetime.
set -eu
umask 077
lineage=${RENEWED_LINEAGE:?certbot sets it}
name=${lineage##*/}
folder=/etc/nginx/tls/${name#rigwright-}/acme

for file in privkey fullchain; do
    cp "$lineage/$file.pem" "$folder/.$file.pem.new"
done
for file in privkey fullchain; do
    mv -f "$folder/.$file.pem.new" "$folder/$file.pem"
done

moment() {
    date -d "$(openssl x509 -in "$folder/fullchain.pem" -noout "-$1" | cut -d= -f2)" +%s
}
seconds=$((($(moment enddate) - $(moment startdate)) / 3))
conf=/etc/letsencrypt/renewal/$name.conf
{
    printf 'renew_before_expiry = %s seconds\n' "$seconds"
    sed '/^#* *renew_before_expiry/d' "$conf"
} >"$conf.new"
mv -f "$conf.new" "$conf"

systemctl reload nginx.service
