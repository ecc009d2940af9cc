/usr/local/lib/rigwright/redis/ask settings protected-mode maxmemory maxmemory-policy appendonly appendfsync save maxclients timeout tcp-keepalive slowlog-log-slower-than slowlog-max-len
# protected-mode: yes
# maxmemory: 33554432
# maxmemory-policy: allkeys-lru
# appendonly: no
# appendfsync: always
# save: 600 5
# maxclients: 500
# timeout: 300
# tcp-keepalive: 60
# slowlog-log-slower-than: 1000
# slowlog-max-len: 64
# remediation after_activation:
systemctl reload valkey-server.service || systemctl restart valkey-server.service
