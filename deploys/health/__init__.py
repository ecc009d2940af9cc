"""health: what the hardware says of itself, told to monitoring every half minute.

Owns ``/usr/local/lib/rigwright/health``, ``rigwright-health.service`` and its timer, and
``rigwright_health.prom`` among the files that the node exporter shows.
Leaves alone the drivers, the pools and the devices themselves: it only asks them. smartd, which comes with
smartmontools, stays off: the same disks are asked here.
"""
