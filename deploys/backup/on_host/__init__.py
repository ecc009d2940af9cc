"""What runs on hosts: it imports the standard library and pure modules of this folder alone."""
