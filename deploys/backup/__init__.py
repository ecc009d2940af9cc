"""backup: data that must come back after a loss, by which subsystem it is declared, and what none declares.

Owns ``/etc/rigwright/backup``. Leaves alone the data itself, and every backup of it.
"""
