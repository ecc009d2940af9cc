"""nginx: web server, TLS, certificates, limits and proxying.

Owns ``/etc/nginx/nginx.conf``, the directories ``conf.d``, ``includes``, ``pages``, ``sites-enabled``,
``tls`` and ``upstreams`` below ``/etc/nginx``, ``/var/cache/nginx``, ``/var/www/welcome``,
``/var/www/acme-challenge``, the drop-in of ``nginx.service``, ``rigwright-nginx-logs.timer`` with its
service and ``/usr/local/lib/rigwright/nginx``, and its exporter where the settings have one.

Leaves alone ``sites-available``, ``snippets``, ``modules-enabled`` and ``mime.types``, the package's
log rotation, and every certificate of certbot's that no site here uses.
"""
