"""What only people who develop Rigwright use: benchmarks and the generator of reference pages."""
