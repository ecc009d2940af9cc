"""What settings are made of: the base class, types with bounds, and the supported operating systems."""
