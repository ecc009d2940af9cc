"""shared: parts of a desired state, and programs, that several subsystems use. No subsystem itself."""
