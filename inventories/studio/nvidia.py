"""The GPU of the reference host, which renders the videos."""

from deploys.nvidia.settings import ContainerToolkit, GraphicsClocks, NvidiaSettings

nvidia = NvidiaSettings(
    branch="auto",  # or a number, such as 595
    flavour="auto",  # an RTX 5090 needs the open modules
    packages_from="distribution",  # on Debian nvidia, for this card
    repository=None,  # on Debian DriverRepository(key="inventories/keys/nvidia.asc", uri=...)
    modules="prebuilt-hwe",  # signed by Ubuntu, for the kernel that drives this board's network card
    persistence=True,
    power_limit_watts=500,  # of 575 by default; None: the default
    graphics_clocks=GraphicsClocks(
        lowest_mhz=180,  # at rest
        highest_mhz=2700,  # what no load exceeds
    ),
    hold=True,  # upgrades are a person's step, with a reboot
    container_toolkit=ContainerToolkit(  # None: containers are given no card
        key="inventories/keys/container-toolkit.asc",  # as Debian's extrepo-offline-data has it
        uri="https://nvidia.github.io/libnvidia-container/stable/deb",
    ),
)
