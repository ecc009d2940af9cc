"""``rig init``: a first inventory of a host, short, from what is on the host or from a template.

``survey`` queries a host, ``facts`` is what it returned, ``text`` turns that into a file.
Which subsystems there are is not known here: :mod:`deploys.starter` proposes them.
"""
