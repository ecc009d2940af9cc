"""What runs on hosts: the record of releases, HAProxy and the engine. Standard library only."""
