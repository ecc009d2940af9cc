# self_signed.sh due | make [FOLDER COMMON_NAME NAMES EXACT_NAMES DAYS RENEW_BEFORE_SECONDS]...
# Self-signed certificates, ECDSA P-256. A key is born on the host and stays there.
# due exits 0 when one must be made, and 1 otherwise. make makes what is due.
# NAMES are as OpenSSL writes them (DNS:a.example,DNS:b.example). EXACT_NAMES are the same where the certificate
# must be for these names and last for so long, and empty where any certificate with its key will do.
set -u
action=$1
shift

# good FOLDER EXACT_NAMES SECONDS
good() {
    cert=$1/fullchain.pem key=$1/privkey.pem
    [ -s "$cert" ] && [ -s "$key" ] || return 1
    [ "$(openssl x509 -in "$cert" -noout -pubkey 2>&1)" = "$(openssl pkey -in "$key" -pubout 2>/dev/null)" ] || return 1
    [ -n "$2" ] || return 0
    openssl x509 -in "$cert" -noout -checkend "$3" >/dev/null 2>&1 || return 1
    [ "$(openssl x509 -in "$cert" -noout -ext subjectAltName 2>/dev/null | tail -n +2 | tr -d ' \n')" = "$2" ]
}

due() {
    while [ $# -gt 0 ]; do
        good "$1" "$4" "$6" || return 0
        shift 6
    done
    return 1
}

# make_one FOLDER COMMON_NAME NAMES DAYS
make_one() {
    new=$1/.new
    rm -rf "$new"
    mkdir -p "$new"
    cat >"$new/openssl.cnf" <<CONFIGURATION
[req]
prompt = no
distinguished_name = subject
x509_extensions = extensions
[subject]
CN = $2
[extensions]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = serverAuth
subjectAltName = $3
CONFIGURATION
    openssl req -x509 -config "$new/openssl.cnf" -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -sha256 \
        -days "$4" -keyout "$new/privkey.pem" -out "$new/fullchain.pem"
    mv -f "$new/privkey.pem" "$1/privkey.pem"
    mv -f "$new/fullchain.pem" "$1/fullchain.pem"
    rm -rf "$new"
}

make() {
    set -e
    umask 077
    while [ $# -gt 0 ]; do
        if ! good "$1" "$4" "$6"; then make_one "$1" "$2" "$3" "$5"; fi
        shift 6
    done
    # Once, after the last: a reload between two could read a certificate without its key.
    if systemctl is-active -q nginx.service; then systemctl reload nginx.service; fi
}

case $action in
due) due "$@" ;;
make) make "$@" ;;
*) exit 64 ;;
esac
