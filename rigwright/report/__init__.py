"""Findings as a person, a program or a browser reads them. Renderers only: they decide nothing."""
