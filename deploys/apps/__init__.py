"""apps: applications in containers behind HAProxy, whose new versions go live without a failed request.

Owns ``/etc/haproxy/haproxy.cfg``, the drop-in of ``haproxy.service``, ``/etc/rigwright/apps``,
``/usr/local/lib/rigwright/apps``, ``rigwright-apps.service``, and which instance of the declared applications
HAProxy sends requests to.

Leaves alone which version of an application serves: a release decides that, and its record in
``/var/lib/rigwright/apps`` is the host's own. Leaves alone other files of ``/etc/haproxy``, and every
container that is not of a declared application.
"""
