"""Findings for a terminal, a program or a browser. Renderers only: they decide nothing."""
