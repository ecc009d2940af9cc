#!/bin/sh
# certbot runs this after each renewal: nginx reads the new certificate.
exec systemctl reload nginx.service
