"""firewall: who may reach which port.

Owns nftables' table ``inet rigwright``, ``/etc/rigwright/firewall.nft``, ``rigwright-firewall.service`` and
``/usr/local/lib/rigwright/firewall``; with ``fail2ban`` also ``/etc/fail2ban/jail.d/rigwright.local``.

Leaves alone every other table, such as Docker's and fail2ban's, ``/etc/nftables.conf``, and what leaves the
host.
"""
