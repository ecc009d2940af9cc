# certificate_covers.sh CERTIFICATE NAME...: exits 1 where the certificate is not for one of the names.
certificate=$1
shift
for name in "$@"; do
    openssl x509 -in "$certificate" -noout -checkhost "$name" | grep -q "does match" || {
        echo "the certificate in $certificate is not for $name"
        exit 1
    }
done
