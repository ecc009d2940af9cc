"""Reboot hosts in good order: whether one needs it, what blocks it, and what came back.

``decide`` is pure, ``survey`` queries hosts, ``carry_out`` reboots one and waits, ``terminal`` shows.
"""
