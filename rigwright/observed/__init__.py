"""What a host is: the query, its typed result, and the manifest of the last apply."""
