nginx -t -q
