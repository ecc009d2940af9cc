"""The reference host, subsystem by subsystem; ``inventories/prod.py`` puts it together."""
