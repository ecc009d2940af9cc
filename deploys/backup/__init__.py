"""backup: data that must come back, what declares it, and backups of it on another disk.

Owns ``/etc/rigwright/backup``, ``/usr/local/lib/rigwright/backup``, ``/var/lib/rigwright-backup``,
``/var/lib/rigwright-backup-files`` and the folders of its repositories. Leaves alone the data itself, and
backups that other programs make.
"""
