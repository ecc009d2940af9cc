# Self-signed certificates, ECDSA P-256. A key is born on the host and stays there.
# nginx is told once, after the last: told earlier, it could read a pair that is half written.
set -eu
umask 077
make() {
    folder=$1 common_name=$2 names=$3 days=$4
    new=$folder/.new
    rm -rf "$new"
    mkdir -p "$new"
    cat >"$new/openssl.cnf" <<END
[req]
prompt = no
distinguished_name = subject
x509_extensions = extensions
[subject]
CN = $common_name
[extensions]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = serverAuth
subjectAltName = $names
END
    openssl req -x509 -config "$new/openssl.cnf" -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -sha256 \
        -days "$days" -keyout "$new/privkey.pem" -out "$new/fullchain.pem"
    mv -f "$new/privkey.pem" "$folder/privkey.pem"
    mv -f "$new/fullchain.pem" "$folder/fullchain.pem"
    rm -rf "$new"
}
# Whether the folder holds a certificate and its key; and, if told, for exactly these names, for so long at least.
good() {
    cert=$1/fullchain.pem key=$1/privkey.pem names=$2 seconds=$3
    [ -s "$cert" ] && [ -s "$key" ] || return 1
    [ "$(openssl x509 -in "$cert" -noout -pubkey 2>&1)" = "$(openssl pkey -in "$key" -pubout 2>/dev/null)" ] || return 1
    [ -n "$names" ] || return 0
    openssl x509 -in "$cert" -noout -checkend "$seconds" >/dev/null 2>&1 || return 1
    [ "$(openssl x509 -in "$cert" -noout -ext subjectAltName 2>/dev/null | tail -n +2 | tr -d ' \n')" = "$names" ]
}
good /etc/nginx/tls/app/self_signed DNS:app.rig.test,DNS:app2.rig.test,DNS:www.app.rig.test 2592000 ||
    make /etc/nginx/tls/app/self_signed app DNS:app.rig.test,DNS:app2.rig.test,DNS:www.app.rig.test 90
good /etc/nginx/tls/media/self_signed DNS:media.rig.test 10512000 ||
    make /etc/nginx/tls/media/self_signed media DNS:media.rig.test 365
good /etc/nginx/tls/closed/self_signed DNS:closed.rig.test 10512000 ||
    make /etc/nginx/tls/closed/self_signed closed DNS:closed.rig.test 365
if systemctl is-active -q nginx.service; then
    systemctl reload nginx.service
fi
