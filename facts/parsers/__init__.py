"""Parsers of tools' outputs. Standard library only: hosts run them under their own Python."""
