"""health: what the hardware reports, exposed to monitoring every half minute.

Owns ``/usr/local/lib/rigwright/health``, ``rigwright-health.service`` and its timer, and
``rigwright_health.prom`` among the files that the node exporter shows.
Leaves alone the drivers, the pools and the devices themselves: it only queries them. smartd, which comes with
smartmontools, stays off: the same disks are queried here.
"""
