"""``rig diagnose``: what is wrong on a host, since when, and what happened before.

It reads what ``rigwright/host/diagnose.py`` prints over one SSH connection for each host.
"""
