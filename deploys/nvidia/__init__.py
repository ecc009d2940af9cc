"""nvidia: the driver of NVIDIA's cards, what they forget at every boot, and GPUs in containers.

Owns ``/etc/modprobe.d/rigwright-nvidia.conf``, ``/usr/local/lib/rigwright/nvidia``, the unit
``rigwright-nvidia.service``, a drop-in of the nightly check and on Ubuntu of ``nvidia-persistenced.service``,
the holds of the driver's packages, and ``nvidia-cdi-refresh.path`` of the container toolkit, where that is
wanted.

Leaves alone the module that is loaded (a driver is changed by a reboot, which is a person's step), Docker's
configuration, Secure Boot and its keys, and every card of another maker.
"""
