/usr/local/lib/rigwright/redis/ask ping
