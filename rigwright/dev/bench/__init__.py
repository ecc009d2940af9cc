"""What speed the toolkit has, measured on lab hosts, and whether it keeps what it promises.

``result`` (values, and what a promise is) and ``page`` (``docs/benchmarks.md``) are pure. ``clock`` times
processes, ``sessions`` counts SSH commands on the host, ``ground`` lends the hosts. What is measured, and
how, say ``synced``, ``nagle``, ``first``, ``fleet`` and ``pgbench``; ``measures`` lists it.
"""
