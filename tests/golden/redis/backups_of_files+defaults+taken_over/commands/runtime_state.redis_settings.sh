/usr/local/lib/rigwright/redis/ask settings protected-mode maxmemory maxmemory-policy appendonly appendfsync save maxclients timeout tcp-keepalive slowlog-log-slower-than slowlog-max-len
# protected-mode: yes
# maxmemory: 268435456
# maxmemory-policy: noeviction
# appendonly: yes
# appendfsync: everysec
# save: 3600 1 300 100 60 10000
# maxclients: 10000
# timeout: 0
# tcp-keepalive: 300
# slowlog-log-slower-than: 10000
# slowlog-max-len: 128
# remediation after_activation:
systemctl reload redis-server.service || systemctl restart redis-server.service
