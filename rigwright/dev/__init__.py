"""What only people who develop Rigwright use."""
