"""What only people who develop Rigwright use: benchmarks, reference pages, new subsystems, test sessions."""
