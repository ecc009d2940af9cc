"""Bring a host to its desired state: operations of pyinfra, payloads, several hosts at once."""
