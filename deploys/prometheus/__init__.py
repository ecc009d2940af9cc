"""prometheus: metrics of the host and of its subsystems, alerts, and who hears of them.

Owns ``/etc/prometheus/prometheus.yml``, ``alertmanager.yml``, ``blackbox.yml`` and ``rules.d`` beside them,
``/etc/default/prometheus*`` and the drop-ins of the services that it runs: prometheus, alertmanager,
node exporter, and where settings name them blackbox exporter and pushgateway.

Leaves alone ``/etc/prometheus/consoles``, ``console_libraries`` and ``alertmanager_templates``, the measured
data in ``/var/lib/prometheus``, and what other programs write into the node exporter's textfile directory.
An exporter of a subsystem, such as nginx's, is owned by that subsystem.
"""
