"""backup: data that must come back, what declares it, and backups of PostgreSQL on another disk.

Owns ``/etc/rigwright/backup``, ``/usr/local/lib/rigwright/backup``, ``/var/lib/rigwright-backup`` and the
folder of its repository. Leaves alone the data itself, and backups that other programs make.
"""
