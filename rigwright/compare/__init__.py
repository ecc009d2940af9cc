"""Desired against observed: two values in, findings out. Pure."""
