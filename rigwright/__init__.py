"""Rigwright: safe change, facts, drift and verification for one strong machine.

This package is the toolkit: it names no subsystem. Those live in ``deploys/``.
"""

__version__ = "0.1.0"
