"""Who gets into the hosts and with what, and which of it the inventory declares. Looks only.

It reads what ``rigwright/host/access.py`` sends over one SSH connection for each host.
"""
