"""base: accounts, and what every service needs: names, time, kernel settings, logs, updates.

Owns ``~/.ssh/authorized_keys`` of the users that the settings name, ``/etc/sudoers.d/rigwright-users``,
the files named ``rigwright`` in ``chrony``, ``chrony.service.d``, ``journald.conf.d``, ``sysctl.d``,
``logrotate.d``, ``apt.conf.d`` and ``needrestart/conf.d``, ``/usr/local/lib/rigwright/base``,
``rigwright-metrics.service`` and its timer, ``rigwright-audit.service``, ``60-rigwright.rules`` in
``/etc/audit/rules.d``, ``rigwright.conf`` in ``auditd.service.d`` and ``audit-rules.service.d``,
the drop-ins ``rigwright-placement.conf``, and single values: accounts, host name, time zone, locale,
holds of packages. With a host name also ``99-rigwright.cfg`` in
``/etc/cloud/cloud.cfg.d``, where cloud-init would rewrite it.

Leaves alone accounts that no setting names (it reports them), every other file in ``/etc/sudoers.d``,
the distribution's own configuration beside these files, and other lines of ``/etc/hosts``.
"""
