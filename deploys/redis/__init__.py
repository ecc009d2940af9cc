"""redis: cache, queue and session store; Redis, or Valkey where the system packages it.

Owns the engine's configuration file, ``live.conf``, ``users.acl`` and ``administrator.json`` beside it in
``/etc/redis`` (``/etc/valkey``), the drop-in of its unit, ``/usr/local/lib/rigwright/redis``,
``/etc/sysctl.d/60-rigwright-redis.conf``, the settings and users of the running server, and with an exporter
its arguments and its unit.

Leaves alone the data in ``/var/lib/redis`` (``/var/lib/valkey``), the log and its rotation, and other
instances (``redis-server@…``).
"""
