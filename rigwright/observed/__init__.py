"""The observed state of a host: the query, its typed result, and the manifest of the last apply."""
