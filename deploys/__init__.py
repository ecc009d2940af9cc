"""Subsystems: one folder each, and the Rig that holds one field for each."""
