# A self-signed certificate, ECDSA P-256. The key is born on the host and stays there.
set -eu
umask 077
folder=/etc/rigwright/postgres/tls/own
new=$folder/.new
rm -rf "$new"
mkdir -p "$new"
cat >"$new/openssl.cnf" <<END
[req]
prompt = no
distinguished_name = subject
x509_extensions = extensions
[subject]
CN = PostgreSQL
[extensions]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = serverAuth
subjectAltName = DNS:db.rig.test,DNS:localhost
END
openssl req -x509 -config "$new/openssl.cnf" -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -sha256 \
    -days 90 -keyout "$new/privkey.pem" -out "$new/fullchain.pem" 2>/dev/null
chown postgres:postgres "$new/privkey.pem" "$new/fullchain.pem"
chmod 0644 "$new/fullchain.pem"
mv -f "$new/privkey.pem" "$folder/privkey.pem"
mv -f "$new/fullchain.pem" "$folder/fullchain.pem"
rm -rf "$new"
if systemctl is-active -q postgresql@16-main.service; then
    systemctl reload postgresql@16-main.service
fi
