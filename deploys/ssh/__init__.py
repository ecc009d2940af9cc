"""ssh: how operators and the toolkit log in.

Owns ``/etc/ssh/sshd_config.d/00-rigwright.conf``, ``/etc/systemd/system/ssh.service.d/rigwright.conf``,
``rigwright-ssh.conf`` in ``rigwright-drift.service.d``,
and whether ``ssh.service`` or ``ssh.socket`` listens.

Leaves alone ``/etc/ssh/sshd_config``, other files in ``sshd_config.d``, host keys, and all
authorized keys. A value that another file takes from the settings is reported.
"""
