"""Who can log in to the hosts and with what, and which of it the inventory declares (read-only).

It reads what ``rigwright/host/access.py`` prints over one SSH connection for each host.
"""
