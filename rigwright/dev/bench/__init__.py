"""What speed the toolkit has, measured on lab hosts, and whether it keeps what it promises.

``result`` (values, and what a promise is) and ``page`` (``docs/benchmarks.md``) are pure. ``clock`` times
processes, ``sessions`` counts SSH commands on the host, ``ground`` lends the hosts. What is measured, and
how, stands in ``synced``, ``nagle``, ``first``, ``fleet``, ``watched`` and ``pools``, and for a subsystem in
``deploys/<subsystem>/bench.py``. ``catalog`` names all of it, ``measures`` finds what runs.
"""
