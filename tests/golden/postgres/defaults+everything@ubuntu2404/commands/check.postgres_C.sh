# The server reads all of its configuration, and stops before it touches the data.
cd /
exec runuser -u postgres -- /usr/lib/postgresql/16/bin/postgres -C shared_buffers -D /var/lib/postgresql/16/main \
    -c config_file=/etc/postgresql/16/main/postgresql.conf
