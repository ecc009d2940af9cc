"""``rig release``: releases of applications, as the tools that subsystems declare make them on a host."""
