"""``rig bootstrap``: what a fresh installation lacks before all other commands can work without a prompt.

On the host it owns ``/etc/sudoers.d/rigwright`` and adds one line to the user's ``authorized_keys``.
"""
