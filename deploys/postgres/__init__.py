"""postgres: one PostgreSQL cluster, its tuning, TLS, access, roles, databases, dumps and pooler.

Owns ``conf.d`` of its cluster below ``/etc/postgresql``, ``/etc/rigwright/postgres``, what
``ALTER SYSTEM`` sets, the declared roles and databases with their grants, the units ``rigwright-postgres-*``
with ``/usr/local/lib/rigwright/postgres``, with a pooler ``/etc/pgbouncer/pgbouncer.ini``, and with exporters
their arguments, their units and the role ``prometheus``.

Leaves alone ``postgresql.conf`` and ``pg_hba.conf`` of the package (another host-based access file is named
instead), other clusters, unmanaged roles and databases, which are reported and never dropped,
and every schema but ``public``.
"""
