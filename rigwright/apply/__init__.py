"""Bring hosts to their desired state: pyinfra operations, payloads, several hosts at a time."""
