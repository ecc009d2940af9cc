"""The only script that pyinfra runs: ``pyinfra inventories/prod.py deploys/site.py``."""

import importlib

from pyinfra.context import host

from deploys.rig import Rig, subsystems
from rigwright.apply.operations import converge, prepare

rig: Rig = host.data.rig

prepare(name="rigwright | Have every package", desired=rig.desired(), platform=rig.platform)
converge(name="rigwright | Keep the way back ready", desired=rig.toolkit, platform=rig.platform)

# Every host walks through every subsystem, so that operations of different hosts never merge.
for subsystem in host.loop(subsystems()):  # type: ignore[no-untyped-call]  # pyinfra's is untyped
    importlib.import_module(f"deploys.{subsystem}.deploy").deploy(rig.of(subsystem), rig.platform)
