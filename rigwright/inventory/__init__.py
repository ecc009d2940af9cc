"""Inventories: the hosts that an inventory file describes."""
