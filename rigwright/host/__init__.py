"""What runs on the host: the transaction, the package installation and the observation.

``transaction.sh`` and ``packages.sh`` are POSIX shell, because the way back must work on a host
whose Python is broken. ``observe.py`` uses Python's standard library only.
"""
