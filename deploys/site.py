"""The only script that pyinfra runs: ``pyinfra inventories/prod.py deploys/site.py``."""

from pyinfra.context import host

from deploys.default_deploy import deploy_of
from deploys.rig import Rig, subsystems
from rigwright.apply.operations import conclude, converge, prepare

rig: Rig = host.data.rig

# An operation that fails does not end the run: the last one does, after all that could be applied.
prepare(
    name="rigwright | Install every package",
    desired=rig.desired(),
    platform=rig.platform,
    _ignore_errors=True,
)
converge(
    name="rigwright | Install recovery and the nightly drift check",
    desired=rig.toolkit,
    platform=rig.platform,
    _ignore_errors=True,
)

# Every host walks through every subsystem, so that operations of different hosts never merge.
for subsystem in host.loop(subsystems()):  # type: ignore[no-untyped-call]  # pyinfra's is untyped
    deploy_of(subsystem)(rig.of(subsystem), rig.platform)

conclude(name="rigwright | Name what was not applied")
