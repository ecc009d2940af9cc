"""``rig backup``: what of a host is backed up, how old and how big it is, and when it was proved."""
