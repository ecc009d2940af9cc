"""Real Debian and Ubuntu hosts on this machine, in seconds.

A container is a booted system under systemd-nspawn with its own network, disk, users and SSH server; only the
kernel is the machine's. It is no security boundary: root inside can become root of the machine.
A VM under QEMU has its own kernel and drives, which ``fault`` can break. A third kind is an S3 endpoint.

``up``, ``down``, ``down_all`` and ``reset`` make and remove (:mod:`~rigwright.lab.lifecycle`);
``hosts`` lists what runs; a ``LabHost`` holds how to log in, and lets tests run scripts inside by other
means, reboot and cut the power. ``latency`` puts a host at a distance.

What they stand on, from pure to effect: ``recipe`` and ``sources`` (what an image is made of), ``machine``
(what this machine lends), ``image``, ``record`` (what is kept of a host), ``disk`` (a host's own files),
``network``, ``inside`` (run programs in a host), ``power`` with ``boot.sh``;
``s3`` (an endpoint's address and keys);
for VMs ``vm_image``, ``qemu`` (its command line), ``vm``, ``agent`` (programs inside) and ``fault``.
Nothing of the machine changes but what ``network`` makes, and ``down_all`` takes that away.
"""

from rigwright.lab.host import LabHost, hosts
from rigwright.lab.latency import latency
from rigwright.lab.lifecycle import down, down_all, reset, up
from rigwright.lab.recipe import DEFAULT_OS

__all__ = ["DEFAULT_OS", "LabHost", "down", "down_all", "hosts", "latency", "reset", "up"]
