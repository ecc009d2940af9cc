"""How a host is reached, and what travels to it: SSH, commands, and programs as one file."""
