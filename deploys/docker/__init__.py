"""docker: the container engine, compose stacks, a registry of one's own, and the removal of old images.

Owns ``/etc/docker/daemon.json``, ``/etc/rigwright/stacks``, ``/usr/local/lib/rigwright/docker``, the drop-in
of ``docker.service``, the units ``rigwright-stack@.service`` and ``rigwright-docker-prune``,
``/etc/docker/registry/config.yml`` where there is a registry, and all containers of the stacks' projects.

Leaves alone all other containers, all networks and volumes, the data of the registry, and the firewall.
"""
