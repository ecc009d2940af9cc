/usr/local/lib/rigwright/redis/ask settings bind port unixsocket unixsocketperm databases dir dbfilename appendfilename pidfile logfile
# bind: 127.0.0.1 10.99.0.1
# port: 6380
# unixsocket: /run/redis/redis-server.sock
# unixsocketperm: 700
# databases: 4
# dir: /var/lib/redis
# dbfilename: dump.rdb
# appendfilename: appendonly.aof
# pidfile: /run/redis/redis-server.pid
# logfile: /var/log/redis/redis-server.log
# remediation after_activation:
systemctl restart redis-server.service
