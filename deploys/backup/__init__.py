"""backup: data that must come back, what declares it, and backups of it in other places.

Owns ``/etc/rigwright/backup``, ``/usr/local/lib/rigwright/backup``, ``/var/lib/rigwright-backup``,
``/var/lib/rigwright-backup-files``, ``/var/lib/rigwright-backup-second``, and the folders of its repositories
and of their copies. Leaves alone the data itself, and backups that other programs make.
"""
