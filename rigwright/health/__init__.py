"""``rig health``: what a host's hardware and system report, judged by one table of thresholds.

The facts know nothing of hosts, and the toolkit nothing of facts; this package is where they meet.
"""
