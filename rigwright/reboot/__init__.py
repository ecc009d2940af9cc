"""Reboot hosts in good order: whether one needs it, what forbids it, and what came back.

``decide`` is pure, ``look`` asks hosts, ``carry_out`` reboots one and waits, ``report`` shows.
"""
