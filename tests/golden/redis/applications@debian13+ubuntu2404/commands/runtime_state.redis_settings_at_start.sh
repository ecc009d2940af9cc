/usr/local/lib/rigwright/redis/ask settings bind port unixsocket unixsocketperm databases dir dbfilename appendfilename pidfile logfile
# bind: 127.0.0.1 10.99.0.1
# port: 6380
# unixsocket: /run/valkey/valkey-server.sock
# unixsocketperm: 700
# databases: 4
# dir: /var/lib/valkey
# dbfilename: dump.rdb
# appendfilename: appendonly.aof
# pidfile: /run/valkey/valkey-server.pid
# logfile: /var/log/valkey/valkey-server.log
# remediation after_activation:
systemctl restart valkey-server.service
