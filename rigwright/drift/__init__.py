"""Query hosts and compare them with the inventory, by an operator and nightly."""
