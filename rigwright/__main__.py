"""``python -m rigwright`` is the ``rig`` command."""

from rigwright.cli import main

main()
