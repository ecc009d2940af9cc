"""zfs: pools, datasets, the read cache's limit, snapshots, copies in another pool, and who receives errors.

Owns the pools and datasets that the inventory names, in that it makes them of empty disks, imports them and
keeps their properties; ``/etc/sanoid/sanoid.conf``, ``/etc/zfs/zed.d/zed.rc``,
``/etc/modprobe.d/rigwright-zfs.conf``, ``/usr/local/lib/rigwright/zfs``, the units
``rigwright-zfs-replicate``, a drop-in of each service that needs a dataset and of the nightly check, and the
limit of the read cache in the running kernel.

Leaves alone every disk that holds anything, every other pool and dataset, their data and their snapshots
beyond sanoid's own, and the distribution's timetable for scrubs and trims. It destroys nothing: what it made
stays when the inventory drops it.
"""
